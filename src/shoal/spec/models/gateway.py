"""`gateway`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.models.policy import MatchEntry, PolicyEntry
from shoal.spec.scalars import Duration, Size


class RespondEntry(Written, frozen=True, kw_only=True):
    """An answer that the gateway gives by itself."""

    status: Annotated[int, Meta(ge=200, le=599, description="Status code.")]
    body: Annotated[str | UnsetType, Meta(description="Text of the answer.")] = UNSET
    json: Annotated[Any, Meta(description="Answer as JSON, instead of `body`.")] = UNSET
    content_type: Annotated[str, Meta(description="Default: JSON for `json`, plain text for `body`.")] = ""


class RedirectEntry(Written, frozen=True, kw_only=True):
    """Where to ask instead; the rest of the path and the query stay."""

    to: Annotated[str, Meta(description="A path, or a URL; without a path that of the request stays.")]
    status: Annotated[Literal[301, 302, 303, 307, 308], Meta(description="Default 302.")] = 302


class RouteEntry(PolicyEntry, frozen=True, kw_only=True):
    """Which requests go where. Paths match by whole segments, the longest first; of one path
    the routes with `match` before the one without."""

    paths: Annotated[list[str] | UnsetType, Meta(description="Paths that requests start with. Default: /.")] = UNSET
    path: Annotated[str | UnsetType, Meta(description="Only one path.")] = UNSET
    hosts: Annotated[list[str] | UnsetType, Meta(description="Host names; default: any.")] = UNSET
    host: Annotated[str | UnsetType, Meta(description="Only one host name.")] = UNSET
    match: Annotated[MatchEntry | UnsetType, Meta(description="Only these requests. Default: all.")] = UNSET
    to: Annotated[str, Meta(description="A service, or service:port.")] = ""
    strip: Annotated[bool, Meta(description="Take the matched path off.")] = False
    respond: Annotated[RespondEntry | UnsetType, Meta(description="Answer at once, instead of `to`.")] = UNSET
    redirect: Annotated[
        str | RedirectEntry | UnsetType, Meta(description="Send elsewhere, instead of `to`: a path, a URL, or a map.")
    ] = UNSET
    body_limit: Annotated[
        Size | UnsetType, Meta(description="Bytes of a request; 0 is none. Default: the gateway's.")
    ] = UNSET
    always: Annotated[bool, Meta(description="Served during maintenance too.")] = False


class CorsEntry(Written, frozen=True, kw_only=True):
    """Cross-origin requests: OPTIONS is answered, the headers are added."""

    paths: Annotated[list[str] | UnsetType, Meta(description="Where. Default: everywhere.")] = UNSET
    origins: Annotated[list[str] | UnsetType, Meta(description="Origins allowed. Default: any.")] = UNSET
    methods: Annotated[list[str] | UnsetType, Meta(description="Methods. Default: GET, POST, PUT, DELETE.")] = UNSET
    headers: Annotated[list[str] | UnsetType, Meta(description="Default: Authorization, Content-Type.")] = UNSET


class KeyEntry(Written, frozen=True, kw_only=True):
    """A certificate's key that is no file."""

    secret: Annotated[str, Meta(description="A declared secret that holds the key.")]


class CertificateEntry(Written, frozen=True, kw_only=True):
    """One certificate."""

    certificate: Annotated[str, Meta(description="File (PEM) with the certificate and its chain.")]
    key: Annotated[str | KeyEntry, Meta(description="File (PEM) with its key, or {secret: name}.")]


class AcmeEntry(Written, frozen=True, kw_only=True):
    """A certificate asked of an authority, and renewed by itself."""

    domains: Annotated[list[str], Meta(description="Names that it is for.")]
    email: Annotated[str, Meta(description="Where the authority writes to.")] = ""
    directory: Annotated[str, Meta(description="The authority's ACME directory. Default: Let's Encrypt.")] = (
        "https://acme-v02.api.letsencrypt.org/directory"
    )
    challenge: Annotated[Literal["http-01"], Meta(description="How the names are proved.")] = "http-01"
    ca: Annotated[str, Meta(description="File with the authority that vouches for the directory itself.")] = ""


class HstsEntry(Written, frozen=True, kw_only=True):
    """What browsers remember: nothing but TLS here."""

    max_age: Annotated[Duration, Meta(description="How long.")]
    subdomains: Annotated[bool, Meta(description="Subdomains too.")] = False
    preload: Annotated[bool, Meta(description="May enter the lists that browsers come with.")] = False


class TlsEntry(Written, frozen=True, kw_only=True):
    """TLS at the gateway: a certificate of files, several of them, `local`, or `acme`."""

    certificate: Annotated[str | UnsetType, Meta(description="File (PEM) with the certificate and its chain.")] = UNSET
    key: Annotated[str | KeyEntry | UnsetType, Meta(description="File (PEM) with its key, or {secret: name}.")] = UNSET
    certificates: Annotated[
        list[CertificateEntry] | UnsetType, Meta(description="Several; the client's host name chooses.")
    ] = UNSET
    local: Annotated[bool, Meta(description="One by this machine's own authority.")] = False
    hosts: Annotated[list[str], Meta(description="Further names for `local`.")] = []
    acme: Annotated[AcmeEntry | UnsetType, Meta(description="One asked of an authority.")] = UNSET
    minimum: Annotated[Literal["1.2", "1.3"], Meta(description="Oldest version spoken.")] = "1.2"
    hsts: Annotated[Duration | HstsEntry | UnsetType, Meta(description="Tell browsers to remember.")] = UNSET


class MaintenanceEntry(Written, frozen=True, kw_only=True):
    """What is answered, with 503, after `shoal maintenance on`."""

    message: Annotated[str, Meta(description="In the JSON that is answered.")] = "down for maintenance"
    page: Annotated[str | UnsetType, Meta(description="File to answer instead: HTML, text or JSON.")] = UNSET
    retry_after: Annotated[Duration | UnsetType, Meta(description="When to come again. Default 60s.")] = UNSET


class GatewayEntry(Written, frozen=True, kw_only=True):
    """The one door in: everything else stays inside."""

    host: Annotated[str, Meta(description="Address it listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="0: any, and the same one ever after.")] = 0
    routes: Annotated[list[RouteEntry], Meta(description="Which requests go where.")] = []
    cors: Annotated[bool | CorsEntry, Meta(description="true: from anywhere to everywhere; or a map.")] = False
    tls: Annotated[Literal["local"] | TlsEntry | UnsetType, Meta(description="Speak TLS.")] = UNSET
    redirect: Annotated[
        int | UnsetType, Meta(ge=0, le=65535, description="Plain port that sends all to TLS. 0: any.")
    ] = UNSET
    trusted_proxies: Annotated[
        list[str], Meta(description="Networks whose X-Forwarded-* headers are believed; default: nobody's.")
    ] = []
    body_limit: Annotated[Size | UnsetType, Meta(description="Bytes of a request, else 413; default: none.")] = UNSET
    maintenance: Annotated[MaintenanceEntry | UnsetType, Meta(description="What is answered during maintenance.")] = (
        UNSET
    )

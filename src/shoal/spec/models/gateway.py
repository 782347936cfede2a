"""`gateway`."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.models.policy import MatchEntry, PolicyEntry


class RespondEntry(Written, frozen=True, kw_only=True):
    """An answer that the gateway gives by itself."""

    status: Annotated[int, Meta(ge=200, le=599, description="Status code.")]
    body: Annotated[str | UnsetType, Meta(description="Text of the answer.")] = UNSET
    json: Annotated[Any, Meta(description="Answer as JSON, instead of `body`.")] = UNSET
    content_type: Annotated[str, Meta(description="Default: JSON for `json`, plain text for `body`.")] = ""


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


class CorsEntry(Written, frozen=True, kw_only=True):
    """Cross-origin requests: OPTIONS is answered, the headers are added."""

    paths: Annotated[list[str] | UnsetType, Meta(description="Where. Default: everywhere.")] = UNSET
    origins: Annotated[list[str] | UnsetType, Meta(description="Origins allowed. Default: any.")] = UNSET
    methods: Annotated[list[str] | UnsetType, Meta(description="Methods. Default: GET, POST, PUT, DELETE.")] = UNSET
    headers: Annotated[list[str] | UnsetType, Meta(description="Default: Authorization, Content-Type.")] = UNSET


class GatewayEntry(Written, frozen=True, kw_only=True):
    """The one door in: everything else stays inside."""

    host: Annotated[str, Meta(description="Address it listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="0: any, and the same one ever after.")] = 0
    routes: Annotated[list[RouteEntry], Meta(description="Which requests go where.")] = []
    cors: Annotated[bool | CorsEntry, Meta(description="true: from anywhere to everywhere; or a map.")] = False

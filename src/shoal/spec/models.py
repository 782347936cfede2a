"""Everything a user may write in shoal.yaml, shorthands included. Descriptions are the reference and the schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shoal.model.app import Protocol
from shoal.spec.scalars import Duration, Size, Template

NAME = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
NAMED = {"propertyNames": {"pattern": NAME}}


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all: a map with these keys and no others. UNSET is "not written"."""


class PortEntry(Written, frozen=True, kw_only=True):
    """A port that a service listens on. Its number is allotted, and handed over in variables."""

    protocol: Annotated[
        Protocol | UnsetType,
        Meta(description="http, grpc or tcp. Default: the port's name if it is one of these, else http."),
    ] = UNSET
    env: Annotated[
        str | list[str],
        Meta(description="Variables that get the number, besides the usual ones (PORT for the first port)."),
    ] = []


class OnePortEntry(PortEntry, frozen=True, kw_only=True):
    """The only port of a service."""

    name: Annotated[str, Meta(description="Default: http.")] = ""


class NeedEntry(Written, frozen=True, kw_only=True):
    """How a service uses what it needs."""

    timeout: Annotated[
        Duration | UnsetType, Meta(description="Whole request, retries included; 0 is none. Default 15s.")
    ] = UNSET
    retries: Annotated[
        int | UnsetType, Meta(ge=0, le=10, description="Further tries of a request that failed. Default 1.")
    ] = UNSET
    wait: Annotated[
        Literal["ready"] | UnsetType,
        Meta(description="`ready`: start only when the service is. Backing services and jobs are always waited for."),
    ] = UNSET
    port: Annotated[str, Meta(description="Which of the service's ports. Default: its first.")] = ""
    database: Annotated[str, Meta(description="Which database of a Postgres. Default: the entry's.")] = ""


Needs = list[str | dict[str, NeedEntry | None]] | dict[str, NeedEntry | None]
Words = list[Template] | Template


class ProbeEntry(Written, frozen=True, kw_only=True):
    """A question asked of an instance: an HTTP GET (2xx and 3xx are yes) or a TCP connect."""

    http: Annotated[str | UnsetType, Meta(description="Path of the GET.")] = UNSET
    tcp: Annotated[bool | str | UnsetType, Meta(description="true, or the name of a port: does it accept?")] = UNSET
    port: Annotated[str, Meta(description="Which port. Default: the first.")] = ""
    every: Annotated[Duration | UnsetType, Meta(description="Time between two. Default 5s.")] = UNSET
    timeout: Annotated[Duration | UnsetType, Meta(description="Time for an answer. Default 2s.")] = UNSET
    failures: Annotated[int | UnsetType, Meta(ge=1, description="This many no's in a row count. Default 3.")] = UNSET
    grace: Annotated[
        Duration | UnsetType,
        Meta(description="How long a new instance may say no (startup and ready only). Default 60s."),
    ] = UNSET


class HealthEntry(Written, frozen=True, kw_only=True):
    """When an instance counts as started, as ready for requests, and as alive. A text is the path of an HTTP GET."""

    startup: Annotated[str | ProbeEntry | UnsetType, Meta(description="Has it started? Asked first, alone.")] = UNSET
    ready: Annotated[str | ProbeEntry | UnsetType, Meta(description="Does it want requests?")] = UNSET
    live: Annotated[str | ProbeEntry | UnsetType, Meta(description="If not, it is replaced.")] = UNSET


class RestartEntry(Written, frozen=True, kw_only=True):
    """What happens when an instance ends by itself."""

    policy: Annotated[
        Literal["always", "on-failure", "no"] | bool | UnsetType, Meta(description="Default always; a job's, no.")
    ] = UNSET
    backoff: Annotated[Duration | UnsetType, Meta(description="First pause, doubled each time. Default 500ms.")] = UNSET
    longest: Annotated[Duration | UnsetType, Meta(description="Longest pause. Default 30s.")] = UNSET


class StopEntry(Written, frozen=True, kw_only=True):
    """How an instance is asked to end."""

    signal: Annotated[str, Meta(description="Signal. Default SIGTERM.")] = ""
    grace: Annotated[Duration | UnsetType, Meta(description="Then SIGKILL. Default 10s.")] = UNSET


class Work(Written, frozen=True, kw_only=True):
    """What services and jobs have in common."""

    path: Annotated[str, Meta(description="Folder of the source, relative to this file. Default: this file's.")] = "."
    stack: Annotated[
        Literal["python", "java", "node", "command"] | UnsetType,
        Meta(description="The language; detected from the source by default. `command` builds nothing."),
    ] = UNSET
    command: Annotated[
        Words, Meta(description="What to run, instead of the stack's own. A text is split as in a shell.")
    ] = []
    args: Annotated[Words, Meta(description="Arguments added to the command.")] = []
    environment: Annotated[
        dict[str, Template | None] | list[Template],
        Meta(description="Variables, as a map or as a list of NAME=value. A name alone takes the caller's value."),
    ] = {}
    working_dir: Annotated[str, Meta(description="Where to run, relative to `path`.")] = ""
    needs: Annotated[
        Needs,
        Meta(description="Services it calls, backing services and jobs it uses: their addresses arrive as variables."),
    ] = []
    restart: Annotated[
        Literal["always", "on-failure", "no"] | bool | RestartEntry | UnsetType,
        Meta(description="always, on-failure or no; or a map with the pauses."),
    ] = UNSET
    stop: Annotated[StopEntry | UnsetType, Meta(description="How an instance is asked to end.")] = UNSET


class ServiceEntry(Work, frozen=True, kw_only=True):
    """A service: your code, running for as long as the app does."""

    port: Annotated[
        str | OnePortEntry | UnsetType, Meta(description="Its only port: a name (http, grpc, tcp ...) or a map.")
    ] = UNSET
    ports: Annotated[
        list[str] | dict[str, PortEntry | None] | UnsetType,
        Meta(description="Its ports: names, or a map from name to protocol and variables. [] is a worker: no port."),
    ] = UNSET
    health: Annotated[HealthEntry | UnsetType, Meta(description="How to ask an instance whether it is well.")] = UNSET
    replicas: Annotated[int, Meta(ge=0, le=1000, description="How many instances.")] = 1
    migrate: Annotated[
        Words, Meta(description="Command that brings its database up to date; done before the first new instance.")
    ] = []
    warmup: Annotated[list[str], Meta(description="Requests that train a JVM's cache at build time: `GET /path`.")] = []


class JobEntry(Work, frozen=True, kw_only=True):
    """A job: runs to its end once."""

    when: Annotated[
        Literal["up", "request"],
        Meta(description="`up`: each `up` sees that it's done; `request`: only `shoal run` runs it."),
    ] = "up"


class StreamEntry(Written, frozen=True, kw_only=True):
    """A JetStream stream."""

    name: Annotated[str, Meta(description="Its name.")]
    subjects: Annotated[list[str], Meta(description="The subjects it keeps; * and > are wildcards.")]
    max_age: Annotated[Duration, Meta(description="Messages older than this go; 0 keeps them for ever.")] = Duration(0)
    max_bytes: Annotated[Size | UnsetType, Meta(description="The oldest go beyond this. Default: no bound.")] = UNSET


class PostgresEntry(Written, frozen=True, kw_only=True):
    """A PostgreSQL server."""

    version: Annotated[Literal[16, 18], Meta(description="Major version.")] = 16
    database: Annotated[str, Meta(description="Its database. Default: the entry's name.")] = ""
    init: Annotated[list[str], Meta(description="SQL files, run once on a new database as its owner.")] = []


class NatsEntry(Written, frozen=True, kw_only=True):
    """A NATS server with JetStream."""

    streams: Annotated[list[StreamEntry], Meta(description="Streams to have.")] = []


class BackingEntry(Written, frozen=True, kw_only=True):
    """A backing service: exactly one engine, with its settings or nothing."""

    postgres: Annotated[PostgresEntry | UnsetType | None, Meta(description="PostgreSQL.")] = UNSET
    nats: Annotated[NatsEntry | UnsetType | None, Meta(description="NATS with JetStream.")] = UNSET


class RespondEntry(Written, frozen=True, kw_only=True):
    """An answer that the gateway gives by itself."""

    status: Annotated[int, Meta(ge=200, le=599, description="Status code.")]
    body: Annotated[str | UnsetType, Meta(description="Text of the answer.")] = UNSET
    json: Annotated[Any, Meta(description="Answer as JSON, instead of `body`.")] = UNSET
    content_type: Annotated[str, Meta(description="Default: JSON for `json`, plain text for `body`.")] = ""


class RouteEntry(Written, frozen=True, kw_only=True):
    """Which requests go where. Paths match by whole segments, the longest first."""

    paths: Annotated[list[str] | UnsetType, Meta(description="Paths that requests start with. Default: /.")] = UNSET
    path: Annotated[str | UnsetType, Meta(description="Only one path.")] = UNSET
    hosts: Annotated[list[str] | UnsetType, Meta(description="Host names; default: any.")] = UNSET
    host: Annotated[str | UnsetType, Meta(description="Only one host name.")] = UNSET
    to: Annotated[str, Meta(description="A service, or service:port.")] = ""
    strip: Annotated[bool, Meta(description="Take the matched path off.")] = False
    respond: Annotated[RespondEntry | UnsetType, Meta(description="Answer at once, instead of `to`.")] = UNSET
    timeout: Annotated[Duration | UnsetType, Meta(description="Whole request; 0 is none. Default 15s.")] = UNSET
    retries: Annotated[int | UnsetType, Meta(ge=0, le=10, description="Further tries. Default 1.")] = UNSET


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


class SecretEntry(Written, frozen=True, kw_only=True):
    """Where a secret comes from: exactly one source."""

    env: Annotated[str | UnsetType, Meta(description="A variable of the caller's environment, or of .env.")] = UNSET
    file: Annotated[str | UnsetType, Meta(description="A file, relative to this one.")] = UNSET
    generate: Annotated[
        int | bool | UnsetType | None,
        Meta(ge=8, le=1024, description="Made at first start: this many random bytes (32)."),
    ] = UNSET


class Overlay(Written, frozen=True, kw_only=True):
    """What an environment changes: maps go into each other, lists and values are replaced, null removes."""

    services: Annotated[dict[str, ServiceEntry | None], Meta(description="Your code.", extra_json_schema=NAMED)] = {}
    jobs: Annotated[
        dict[str, JobEntry | None], Meta(description="What runs to its end once.", extra_json_schema=NAMED)
    ] = {}
    backing: Annotated[
        dict[str, BackingEntry | Literal["postgres", "nats"]],
        Meta(description="Databases and the like, run for you.", extra_json_schema=NAMED),
    ] = {}
    gateway: Annotated[GatewayEntry | UnsetType, Meta(description="The one door in.")] = UNSET
    secrets: Annotated[dict[str, SecretEntry], Meta(description="Secrets.", extra_json_schema=NAMED)] = {}


class File(Overlay, frozen=True, kw_only=True):
    """shoal.yaml: an application made of services in different languages."""

    name: Annotated[
        str, Meta(description="The app's name. Default: its folder's.", extra_json_schema={"pattern": NAME})
    ] = ""
    environments: Annotated[
        dict[str, Overlay | None],
        Meta(description="dev, test, prod ...: what each changes.", extra_json_schema=NAMED),
    ] = {}

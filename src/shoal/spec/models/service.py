"""The parts of a service: ports, needs, health, restart, stop."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from shoal.model.app import Protocol
from shoal.spec.models.base import Written
from shoal.spec.models.policy import PolicyEntry, RuleEntry
from shoal.spec.scalars import Duration, Template


class PortEntry(Written, frozen=True, kw_only=True):
    """A port that a service listens on. Its number is allotted unless it is fixed, and handed over in variables."""

    protocol: Annotated[
        Protocol | UnsetType,
        Meta(description="http, grpc or tcp. Default: the port's name if it is one of these, else http."),
    ] = UNSET
    env: Annotated[
        str | list[str],
        Meta(description="Variables that get the number, besides the usual ones (PORT for the first port)."),
    ] = []
    number: Annotated[
        int | UnsetType,
        Meta(ge=1, le=65535, description="A fixed number, for what can't be told another. One instance only."),
    ] = UNSET
    publish: Annotated[
        str,
        Meta(
            description='Where this machine has it, too, past gateway and mesh: "8080" (for itself alone), '
            '"0.0.0.0:8080" (for others as well), "0" (any). '
            "Containers only, one instance."
        ),
    ] = ""


class EnvFileEntry(Written, frozen=True, kw_only=True):
    """A file of variables."""

    path: Annotated[str, Meta(description="The file.")]
    required: Annotated[bool, Meta(description="Whether it has to be there.")] = True
    format: Annotated[Literal["raw"] | UnsetType, Meta(description="raw: values as they stand.")] = UNSET


class OnePortEntry(PortEntry, frozen=True, kw_only=True):
    """The only port of a service."""

    name: Annotated[str, Meta(description="Default: http.")] = ""


class NeedEntry(PolicyEntry, frozen=True, kw_only=True):
    """How a service uses what it needs."""

    rules: Annotated[
        list[RuleEntry], Meta(description="Requests that go elsewhere, or by another policy; the first that fits.")
    ] = []
    wait: Annotated[
        Literal["ready"] | UnsetType,
        Meta(description="`ready`: start only when the service is. Backing services and jobs are always waited for."),
    ] = UNSET
    port: Annotated[str, Meta(description="Which of the service's ports. Default: its first.")] = ""
    database: Annotated[str, Meta(description="Which database of a Postgres. Default: the entry's.")] = ""


Needs = list[str | dict[str, NeedEntry | None]] | dict[str, NeedEntry | None]
Words = list[Template] | Template


class FileEntry(Written, frozen=True, kw_only=True):
    """A configuration file: either `content` or `from`. Only its owner may read it."""

    content: Annotated[
        Template | UnsetType, Meta(description="Its text; variables, references and secrets are filled in.")
    ] = UNSET
    from_: Annotated[
        str | UnsetType, Meta(description="A file, or a folder, of the app: copied as it is. Relative to this file.")
    ] = field(name="from", default=UNSET)


class ProbeEntry(Written, frozen=True, kw_only=True):
    """A question asked of an instance, in exactly one of five ways."""

    http: Annotated[str | UnsetType, Meta(description="Path of a GET; 2xx and 3xx are yes.")] = UNSET
    tcp: Annotated[bool | str | UnsetType, Meta(description="true, or the name of a port: does it accept?")] = UNSET
    grpc: Annotated[
        bool | str | UnsetType,
        Meta(
            description="true, or the name of a service: does grpc.health.v1 say SERVING? Default port: the first grpc."
        ),
    ] = UNSET
    exec: Annotated[
        Words | UnsetType,
        Meta(description="Command, run beside the instance with its environment; exit code 0 is yes."),
    ] = UNSET
    log: Annotated[
        str | UnsetType,
        Meta(description="Regular expression (RE2's): has it printed a line that matches? (startup and ready only)"),
    ] = UNSET
    port: Annotated[str, Meta(description="Which port (http, grpc). Default: the first.")] = ""
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

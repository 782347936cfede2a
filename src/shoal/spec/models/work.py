"""`services` and `jobs`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.models.build import OwnBuildEntry, Stacks, Toolchain
from shoal.spec.models.container import MountEntry, SecurityEntry
from shoal.spec.models.limits import LimitsEntry
from shoal.spec.models.service import (
    EnvFileEntry,
    FileEntry,
    HealthEntry,
    Needs,
    OnePortEntry,
    PortEntry,
    RestartEntry,
    StopEntry,
    Words,
)
from shoal.spec.models.strategy import StrategyEntry
from shoal.spec.scalars import Template


class Work(Written, frozen=True, kw_only=True):
    """What services and jobs have in common."""

    path: Annotated[str, Meta(description="Folder of the source, relative to this file. Default: this file's.")] = "."
    stack: Annotated[
        Stacks | UnsetType,
        Meta(description="The language; detected from the source by default. `command` builds nothing."),
    ] = UNSET
    toolchain: Toolchain = UNSET
    build: Annotated[
        str | list[Words] | OwnBuildEntry | UnsetType,
        Meta(description="The name of one of `builds`; or commands instead of the stack's steps, or a map."),
    ] = UNSET
    image: Annotated[
        str | UnsetType,
        Meta(description="An image that exists, instead of a source: nginx:1.29. Needs a target with containers."),
    ] = UNSET
    entrypoint: Annotated[
        Words | UnsetType, Meta(description="Of an image, or of a Dockerfile's: instead of its own; [] is none.")
    ] = UNSET
    command: Annotated[
        Words,
        Meta(description="What to run, instead of the stack's or image's own. A text is split as in a shell."),
    ] = []
    args: Annotated[Words, Meta(description="Arguments added to the command.")] = []
    jvm: Annotated[Words, Meta(description="Arguments of the JVM (-Xmx512m), for the stack java.")] = []
    environment: Annotated[
        dict[str, Template | None] | list[Template],
        Meta(description="Variables, as a map or as a list of NAME=value. A name alone takes the caller's value."),
    ] = {}
    env_file: Annotated[
        str | list[str | EnvFileEntry],
        Meta(description="Files of NAME=value lines, relative to this one; `environment` wins over them."),
    ] = []
    working_dir: Annotated[str, Meta(description="Where to run, relative to `path`; in an image, a whole path.")] = ""
    files: Annotated[
        dict[str, FileEntry],
        Meta(description="Configuration files, by path: below `${self.files}`, or (./path) below its working folder."),
    ] = {}
    profiles: Annotated[
        list[str],
        Meta(description="It runs only with one of these (`--profile`), or if it is named or needed. Default: always."),
    ] = []
    needs: Annotated[
        Needs,
        Meta(description="Services it calls, backing services and jobs it uses: their addresses arrive as variables."),
    ] = []
    after: Annotated[
        list[str] | dict[str, Literal["started", "ready", "done"]],
        Meta(
            description="What it only waits for, without an edge or variables: names, or a map to `started`, `ready` "
            "(a service's default) or `done` (a job's)."
        ),
    ] = []
    aliases: Annotated[
        list[str], Meta(description="Further names that its containers have on the environment's network.")
    ] = []
    restart: Annotated[
        Literal["always", "on-failure", "no"] | bool | RestartEntry | UnsetType,
        Meta(description="always, on-failure or no (a job's default); or a map with the pauses."),
    ] = UNSET
    stop: Annotated[StopEntry | UnsetType, Meta(description="How an instance is asked to end.")] = UNSET
    limits: Annotated[LimitsEntry | UnsetType, Meta(description="What each instance may take at most.")] = UNSET
    volumes: Annotated[
        list[str | MountEntry],
        Meta(description="What is mounted into containers: data:/var/lib/app, ./conf:/etc/app:ro; or a map."),
    ] = []
    security: Annotated[SecurityEntry | UnsetType, Meta(description="What a container may do.")] = UNSET


Inputs = Annotated[
    list[str],
    Meta(
        description="Files that it is made of, below `path`: migrations/**, *.sql. It is done again when one of them "
        "changes, its command, its environment or what it is built with. Default: all of the folder."
    ),
]


class MigrateEntry(Written, frozen=True, kw_only=True):
    """How a service's database is brought up to date, and what that depends on."""

    command: Annotated[Words, Meta(description="What to run. A text is split as in a shell.")]
    inputs: Inputs = []


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
    strategy: Annotated[
        Literal["rolling", "canary", "blue-green"] | StrategyEntry | UnsetType,
        Meta(description="How one revision takes the place of another: rolling (the default), canary, blue-green."),
    ] = UNSET
    migrate: Annotated[
        list[Template] | Template | MigrateEntry,
        Meta(description="Command that brings its database up to date; done before the first new instance. Or a map."),
    ] = []
    warmup: Annotated[
        list[str],
        Meta(
            description="What is asked (`GET /path`) of a new instance while another serves, and of a JVM in training."
        ),
    ] = []


class ScheduleEntry(Written, frozen=True, kw_only=True):
    """When a job runs, again and again."""

    at: Annotated[str, Meta(description="Five fields of cron, @hourly and its like, or `every 5m`.")]
    overlap: Annotated[
        Literal["skip", "wait", "replace"],
        Meta(description="Due while the last run goes on: left out, run after it, or in its place."),
    ] = "skip"
    zone: Annotated[str, Meta(description="Whose calendar, such as Europe/Berlin. Default: the machine's.")] = ""


class JobEntry(Work, frozen=True, kw_only=True):
    """A job: runs to its end once."""

    inputs: Inputs = []
    schedule: Annotated[
        str | ScheduleEntry | UnsetType,
        Meta(description='When it runs, again and again: "0 2 * * *", @hourly, "every 5m"; or a map.'),
    ] = UNSET
    when: Annotated[
        Literal["up", "request"],
        Meta(description="`up`: each `up` sees that it's done; `request`: only `shoal run` runs it."),
    ] = "up"

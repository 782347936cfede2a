"""`build` and `builds`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.models.service import Words
from shoal.spec.scalars import Template

Commands = list[Words]
Toolchain = Annotated[
    str | dict[str, str] | UnsetType,
    Meta(description='Versions that will do: "3.12", ">=17"; or a map from programs on PATH: {go: ">=1.22"}.'),
]
Stacks = Literal["python", "java", "node", "static", "command"]


class BuildEntry(Written, frozen=True, kw_only=True):
    """How a folder is made runnable: commands of your own, in a copy of the folder. Each is a list of words, or a text
    that is split as in a shell."""

    run: Annotated[Commands | UnsetType, Meta(description="Instead of the steps of the stack.")] = UNSET
    before: Annotated[Commands, Meta(description="Before them: generated code, for instance.")] = []
    after: Annotated[Commands, Meta(description="After them.")] = []
    environment: Annotated[
        dict[str, Template | None] | list[Template],
        Meta(description="Variables of these commands. A service's own `environment` is not there in a build."),
    ] = {}
    ignore: Annotated[
        list[str], Meta(description="Names that are no part of the source, such as build output; * is any text.")
    ] = []


class OwnBuildEntry(BuildEntry, frozen=True, kw_only=True):
    """How a folder is made runnable: commands of your own, in a copy of the folder, each a list of words or a text that
    is split as in a shell; or a Dockerfile."""

    dockerfile: Annotated[
        str | UnsetType,
        Meta(description="A Dockerfile below `path`, which the engine builds instead; `path` is all that it sees."),
    ] = UNSET
    target: Annotated[str, Meta(description="With `dockerfile`: the stage to build. Default: the last.")] = ""
    args: Annotated[
        dict[str, Template | None] | list[Template],
        Meta(description="With `dockerfile`: its arguments. A name alone takes the caller's value."),
    ] = {}


class SharedBuildEntry(BuildEntry, frozen=True, kw_only=True):
    """A build that several services run from, or that other builds read: `${builds.NAME}` is its folder."""

    path: Annotated[str, Meta(description="Folder of the source, relative to this file. Default: this file's.")] = "."
    stack: Annotated[
        Stacks | UnsetType, Meta(description="The language, whose steps are taken without `run`; detected by default.")
    ] = UNSET
    toolchain: Toolchain = UNSET

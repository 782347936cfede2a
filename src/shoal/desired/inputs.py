"""What compile needs from outside the file."""

from __future__ import annotations

import msgspec

from shoal.model.observed import Endpoint
from shoal.stacks import Source


class Inputs(msgspec.Struct, frozen=True):
    """What stands in each folder that is built or run (by `folder_key`) with its digest; the text of files that backing
    services name; keyed digests of secrets; programs on PATH that builds run, with what tells their versions apart; and
    where the gateway will listen, if a build asks for it."""

    sources: dict[str, Source] = {}
    contents: dict[str, str] = {}
    secrets: dict[str, str] = {}
    programs: dict[str, str] = {}
    gateway: Endpoint | None = None


def folder_key(path: str, ignore: tuple[str, ...]) -> str:
    """The same folder is another source to whoever ignores other parts of it."""
    return f"{path} without {' '.join(sorted(ignore))}" if ignore else path

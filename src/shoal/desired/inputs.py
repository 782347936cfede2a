"""What compile needs from outside the file."""

from __future__ import annotations

import msgspec

from shoal.model.app import Service
from shoal.model.observed import Endpoint
from shoal.model.workload import Copy
from shoal.stacks import Source, Tool


class Inputs(msgspec.Struct, frozen=True):
    """What stands in each folder that is built or run (by `folder_key`) with its digest; the text of files that backing
    services name; keyed digests of secrets; programs on PATH that builds run, with what tells their versions apart; the
    versions of those that the file asks a version of; where the gateway will listen, if a build asks for it, and what
    it speaks; what `files` copies (relative path -> content); and digests of the files that jobs are made of (by
    `portion_key`)."""

    sources: dict[str, Source] = {}
    contents: dict[str, str] = {}
    secrets: dict[str, str] = {}
    programs: dict[str, str] = {}
    tools: dict[str, tuple[Tool, ...]] = {}
    gateway: Endpoint | None = None
    copies: dict[str, dict[str, Copy]] = {}
    portions: dict[str, str] = {}
    scheme: str = "http"


def folder_key(path: str, ignore: tuple[str, ...]) -> str:
    """The same folder is another source to whoever ignores other parts of it."""
    return f"{path} without {' '.join(sorted(ignore))}" if ignore else path


def portion_key(service: Service) -> str:
    """Names a part of a folder: the files that a job or a migration is made of."""
    return f"{folder_key(service.path, service.recipe.ignore)}: {' '.join(service.inputs)}"

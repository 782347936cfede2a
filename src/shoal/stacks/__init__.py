"""Languages: how a folder of code is recognised, built and started. Data only; nothing here runs anything.

A new one is a file beside this one, its line in `STACKS`, and a golden in tests/unit/stacks.
"""

from __future__ import annotations

from shoal.errors import FileError, Place, WrongType
from shoal.model.app import Service
from shoal.stacks.command import PLAIN, Command
from shoal.stacks.image import InImage
from shoal.stacks.java import Java
from shoal.stacks.node import Node
from shoal.stacks.python import Python
from shoal.stacks.source import COMMON_IGNORE, Source
from shoal.stacks.stack import HERE, Launch, Stack, Tool, Train, artifact_key, keyed
from shoal.stacks.static import Static

__all__ = [
    "COMMON_IGNORE",
    "HERE",
    "LISTS",
    "PLAIN",
    "STACKS",
    "Launch",
    "Source",
    "Stack",
    "Tool",
    "Train",
    "artifact_key",
    "detect_stack",
    "ignored",
    "keyed",
    "recognised",
    "stack_of",
]

STACKS: dict[str, Stack] = {
    "python": Python(),
    "java": Java(),
    "node": Node(),
    "static": Static(),
    "command": Command(),
}

IN_IMAGE = InImage()
"""None of those: the file names the image, and asks for no stack."""

LISTS = frozenset(name for stack in STACKS.values() for name in stack.lists)
"""Names of files that say which packages a source is built with, whichever stack builds it."""


def stack_of(service: Service, source: Source, place: Place | None = None) -> Stack:
    """The stack that the file names, or the one its folder shows. Raises `FileError` if neither tells."""
    if service.image:
        return IN_IMAGE
    if not service.stack:
        return detect_stack(source, service, place)
    if service.stack in STACKS:
        return STACKS[service.stack]
    hint = f"known stacks: {', '.join(STACKS)}"
    raise WrongType(f"service {service.name}: no stack is called `{service.stack}`", where=place, hint=hint)


def detect_stack(source: Source, service: Service, place: Place | None = None) -> Stack:
    """The one stack that recognises the folder. A command alone is enough where none does."""
    found = recognised(source)
    if len(found) == 1:
        return found[0]
    if not found and service.command:
        return STACKS["command"]
    raise _undecided(source, service, found, place)


def ignored(source: Source) -> tuple[str, ...]:
    """Names that are no part of this source, whichever of the stacks that recognise it builds it."""
    return COMMON_IGNORE + tuple(name for stack in recognised(source) for name in stack.ignore(source))


def recognised(source: Source) -> list[Stack]:
    """The stacks that say that this folder is one of theirs."""
    return [stack for stack in STACKS.values() if stack.detect(source)]


def _undecided(source: Source, service: Service, found: list[Stack], place: Place | None) -> FileError:
    names = " and ".join(stack.name for stack in found)
    what = f"service {service.name}: {service.path} looks like {names}"
    if not found:
        what = f"service {service.name}: no stack recognises {service.path} ({source.seen()})"
    known = ", ".join(stack.name for stack in found) or ", ".join(STACKS)
    hint = f"say which with `stack:` ({known})" + ("" if found else ", or give a `command:`")
    return FileError(what, where=place, hint=hint)

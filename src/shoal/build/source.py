"""A source folder as stacks see it, and the digest of its content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from shoal.build.chosen import chosen
from shoal.build.dockerignore import dockerignore
from shoal.build.engines import version
from shoal.build.left_out import pattern
from shoal.build.tree import Entry, walk
from shoal.build.untracked import untracked
from shoal.errors import MissingFile
from shoal.stacks import COMMON_IGNORE, LISTS, STACKS, Source, ignored
from shoal.stacks.source import DEPTH, INTERESTING, NESTED

NESTED_ENDINGS = tuple(f"/{name}" for name in NESTED)
LARGEST_TEXT = 1 << 20


def read_source(folder: Path, ignore: tuple[str, ...] = (), *, dockerfile: str = "") -> Source:
    """All that stacks may know of a folder, its digest included; `ignore` besides what the stacks do. One that is for a
    Dockerfile has what they ignore, but not what `.dockerignore` names. Raises `MissingFile` if there is no such
    folder."""
    if not folder.is_dir():
        raise MissingFile(f"there is no folder {folder}", hint="`path:` is relative to the folder of shoal.yaml")
    try:
        return _read(folder, ignore, dockerfile)
    except OSError as problem:
        hint = "all of a folder is its source: leave out what isn't with `build: {ignore: [name]}`"
        raise MissingFile(f"{problem.filename or folder} can't be read: {problem.strerror}", hint=hint) from None


def _read(folder: Path, ignore: tuple[str, ...], dockerfile: str) -> Source:
    found = glance(folder, COMMON_IGNORE)
    ignore += (*COMMON_IGNORE, *dockerignore(folder, dockerfile)) if dockerfile else ignored(found)
    # What else is ignored depends on what the folder is, which takes a first look.
    seen = glance(folder, ignore)
    tools = {tool: version(tool) for stack in STACKS.values() for tool in stack.tools}
    all_of_it, tracked, lists = _digests(folder, ignore, untracked(folder))
    return msgspec.structs.replace(seen, ignore=ignore, digest=all_of_it, tracked=tracked, lists=lists, tools=tools)


def digest(folder: Path, ignore: tuple[str, ...] = COMMON_IGNORE) -> str:
    """64 hex digits over names, executable bits and content, whatever the times, owners and the folder's place."""
    return _digests(folder, ignore, ())[0]


def portion(folder: Path, ignore: tuple[str, ...], patterns: tuple[str, ...]) -> str:
    """A digest of the files that match one of `patterns`, as `digest` would be if there were no others."""
    digest = hashlib.sha256()
    for entry in walk(folder, ignore):
        if any(chosen(entry.name, pattern) for pattern in patterns):
            digest.update(_told(entry))
    return digest.hexdigest()


def _digests(folder: Path, ignore: tuple[str, ...], unheard: tuple[str, ...]) -> tuple[str, str, str]:
    """Of all of it; of all but the names that are `unheard`; and of the lists of packages."""
    whole, heard, lists = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    skip = pattern(unheard)
    for entry in walk(folder, ignore):
        told = _told(entry)
        names = entry.name.split("/")
        whole.update(told)
        if unheard and not any(map(skip.match, names)):
            heard.update(told)
        if names[-1] in LISTS:
            lists.update(told)
    return whole.hexdigest(), heard.hexdigest() if unheard else whole.hexdigest(), lists.hexdigest()


def _told(entry: Entry) -> bytes:
    """Name, kind and content, told apart from any other."""
    kind, content = _content(entry)
    name = entry.name.encode(errors="surrogateescape")
    return b"%s %d:%s %d:" % (kind, len(name), name, len(content)) + content


def _content(entry: Entry) -> tuple[bytes, bytes]:
    if entry.link:
        return b"link", os.fsencode(entry.link)
    try:
        kind = b"program" if entry.path.stat().st_mode & 0o100 else b"file"
        return kind, entry.path.read_bytes()
    except FileNotFoundError:  # it went away while we looked (an editor's temporary file)
        return b"gone", b""


def glance(folder: Path, ignore: tuple[str, ...]) -> Source:
    """Names and texts of a folder; no digest."""
    names = tuple(entry.name for entry in walk(folder, ignore) if entry.name.count("/") < DEPTH)
    texts = {name: _text(folder / name) for name in names if name in INTERESTING or name.endswith(NESTED_ENDINGS)}
    return Source(os.path.realpath(folder), names, texts)


def _text(path: Path) -> str:
    try:
        with path.open(errors="replace") as file:
            return file.read(LARGEST_TEXT)
    except OSError:
        return ""

"""Walking a source folder: which files it consists of, without what is ignored. Links are looked at, not trusted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shoal.build.left_out import LeftOut


class Entry(NamedTuple):
    """A file or a link. `name` is relative, `/`-separated; `link` is the target of a link that is kept as one."""

    name: str
    path: Path
    link: str = ""


def walk(folder: Path, ignore: tuple[str, ...]) -> list[Entry]:
    """All files, sorted by name; no sockets or pipes. A link that leads out of the folder is followed (its content
    belongs to the source); one that stays inside, leads nowhere or to a folder around this one is kept as a link."""
    skip = LeftOut(ignore)
    root = os.path.realpath(folder)
    return sorted(_entries(root, root, "", skip, frozenset({root})))


def folders(folder: Path, ignore: tuple[str, ...]) -> list[Path]:
    """The folder and all below it that `walk` looks into, empty ones too."""
    skip = LeftOut(ignore)
    root = os.path.realpath(folder)
    return [Path(root), *_below(root, root, "", skip, frozenset({root}))]


def _below(root: str, folder: str, prefix: str, skip: LeftOut, above: frozenset[str]) -> Iterator[Path]:
    with os.scandir(folder) as found:
        for entry in found:
            name = prefix + entry.name
            left_out = skip.name(entry.name) or skip.wholly(name)
            if not left_out and entry.is_dir() and not _stays_link(root, entry, above):
                real = os.path.realpath(entry.path)
                yield Path(real)
                yield from _below(root, real, f"{name}/", skip, above | {real})


def _stays_link(root: str, entry: os.DirEntry[str], above: frozenset[str]) -> bool:
    """Whether it is a link that is kept as one."""
    if not entry.is_symlink():
        return False
    real = os.path.realpath(entry.path)
    return not Path(real).exists() or _inside(root, real) or _inside(real, root) or real in above


def _entries(root: str, folder: str, prefix: str, skip: LeftOut, above: frozenset[str]) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for entry in found:
            if not skip.name(entry.name):
                yield from _entry(root, entry, prefix + entry.name, skip, above)


def _entry(root: str, entry: os.DirEntry[str], name: str, skip: LeftOut, above: frozenset[str]) -> Iterator[Entry]:
    path = Path(entry.path)
    if skip.wholly(name):
        return
    if _stays_link(root, entry, above):
        if not skip.path(name):
            yield Entry(name, path, str(path.readlink()))
    elif entry.is_dir():
        real = os.path.realpath(entry.path)
        yield from _entries(root, real, f"{name}/", skip, above | {real})
    elif entry.is_file() and not skip.path(name):
        yield Entry(name, path)


def _inside(root: str, path: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")

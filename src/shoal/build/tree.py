"""Walking a source folder: which files it consists of, without what is ignored. Links are looked at, not trusted."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """A file or a link. `name` is relative, `/`-separated; `link` is the target of a link that is kept as one."""

    name: str
    path: Path
    link: str = ""


def walk(folder: Path, ignore: tuple[str, ...]) -> list[Entry]:
    """All files, sorted by name; no sockets or pipes. A link that leads out of the folder is followed (its content
    belongs to the source); one that stays inside, leads nowhere or to a folder around this one is kept as a link."""
    skip = re.compile("|".join(fnmatch.translate(pattern) for pattern in ignore) or r"(?!)")
    root = os.path.realpath(folder)
    return sorted(_entries(root, root, "", skip, frozenset({root})))


def _entries(root: str, folder: str, prefix: str, skip: re.Pattern[str], above: frozenset[str]) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for entry in found:
            if not skip.match(entry.name):
                yield from _entry(root, entry, prefix + entry.name, skip, above)


def _entry(
    root: str, entry: os.DirEntry[str], name: str, skip: re.Pattern[str], above: frozenset[str]
) -> Iterator[Entry]:
    path = Path(entry.path)
    if entry.is_symlink():
        real = os.path.realpath(entry.path)
        if not Path(real).exists() or _inside(root, real) or _inside(real, root) or real in above:
            yield Entry(name, path, str(path.readlink()))
            return
    if entry.is_dir():
        real = os.path.realpath(entry.path)
        yield from _entries(root, real, f"{name}/", skip, above | {real})
    elif entry.is_file():
        yield Entry(name, path)


def _inside(root: str, path: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")

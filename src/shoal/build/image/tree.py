"""Which files of an artifact's folder an image has, and in which layer."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shoal.build.chosen import chosen
from shoal.build.image.development import development
from shoal.build.image.relocation import PART
from shoal.build.image.venv import TIMES
from shoal.model.workload import Packing
from shoal.stacks.stack import OUR_FOLDER

NOTES = re.compile(rf"(?:.*/)?{re.escape(OUR_FOLDER)}/(?!app(?:/|$)|java\.args$)")
"""Of what shoal keeps in the folder, all but what is started: notes of the build, and what was trained for the JVM of
this machine."""

MADE_BY_RUNNING = ("__pycache__",)


class Item(NamedTuple):
    """A file, a link (`link`: where it leads) or a folder; `name` is relative, `/`-separated."""

    name: str
    path: str
    look: os.stat_result
    link: str = ""

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.look.st_mode)

    @property
    def program(self) -> bool:
        return bool(self.look.st_mode & 0o100)


class _Without(NamedTuple):
    """What is left out: by patterns, by names."""

    patterns: tuple[str, ...]
    names: frozenset[str]

    def has(self, last: str, name: str) -> bool:
        if last in MADE_BY_RUNNING or last == TIMES or last.endswith(".pyc"):
            return True
        return name in self.names or bool(NOTES.match(name)) or any(chosen(name, pattern) for pattern in self.patterns)


class Split(NamedTuple):
    """`apart` is what the packing has apart; `code` is the rest."""

    apart: tuple[Item, ...]
    code: tuple[Item, ...]


def split(folder: Path, packing: Packing) -> Split:
    """Sorted by name. A folder of the rest isn't told twice."""
    without = _Without((*packing.left_out, *packing.spare), development(folder, packing))
    items = sorted(_below(str(folder), "", without))
    apart = tuple(item for item in items if _is_in(item.name, packing.apart))
    return Split(apart, tuple(item for item in items if not _is_in(item.name, packing.apart)))


def _is_in(name: str, folders: tuple[str, ...]) -> bool:
    return any(name == folder or name.startswith(f"{folder}/") for folder in folders)


def _below(folder: str, prefix: str, without: _Without) -> Iterator[Item]:
    with os.scandir(folder) as found:
        for entry in found:
            name = prefix + entry.name
            if not without.has(entry.name, name):
                yield from _item(entry, name, without)


def _item(entry: os.DirEntry[str], name: str, without: _Without) -> Iterator[Item]:
    look = entry.stat(follow_symlinks=False)
    if entry.is_symlink():
        target = os.readlink(entry.path)  # noqa: PTH115
        if _is_part(target):
            yield Item(name, entry.path, os.stat(entry.path))  # noqa: PTH116
            yield from _below(entry.path, f"{name}/", without)
        else:
            yield Item(name, entry.path, look, target)
    elif stat.S_ISDIR(look.st_mode):
        yield Item(name, entry.path, look)
        yield from _below(entry.path, f"{name}/", without)
    elif stat.S_ISREG(look.st_mode):
        yield Item(name, entry.path, look)


def _is_part(target: str) -> bool:
    """A folder that other artifacts have, too (shoal.build.parts): in an image it lies where the link is."""
    return f"/builds/{PART}" in target

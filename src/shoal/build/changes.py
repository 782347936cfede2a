"""That something below some folders has changed, not what: whoever is told looks for himself.

The kernel tells (inotify). Where it can't, because a user's share of watches is used up, everything is looked at once a
second.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shoal.build.left_out import pattern
from shoal.build.tree import folders, walk

if TYPE_CHECKING:
    from asyncinotify import Event, Inotify

QUIET = 0.05
"""A burst of changes (a formatter, a branch that is checked out) is over when nothing came for this long."""
LONGEST_BURST = 1.0
LOOK_EVERY = 1.0

Stamp = tuple[int, int, int]


class Places(NamedTuple):
    """`trees` are folders with all below them but the names they ignore; `files` are single ones, there or not."""

    trees: Mapping[Path, tuple[str, ...]]
    files: frozenset[Path]


class Changes:
    """`cover` says what is watched from now on: call it before every look, since folders come and go. `problem` says
    why it is slower than it could be."""

    def __init__(self) -> None:
        self.problem = ""
        self._kernel: Inotify | None = None
        self._names: dict[Path, _Names] = {}
        self._places = Places({}, frozenset())
        self._seen: dict[Path, Stamp] = {}

    def cover(self, places: Places) -> None:
        self._places = places
        self._names = _names(places)
        try:
            self._watch()
            self.problem = ""
        except OSError as problem:
            self.problem = f"looks once a second: the kernel watches no more folders ({problem.strerror})"
            self.close()
            self._seen = _stamps(places)

    async def burst(self) -> None:
        """Returns when something has changed and for a moment nothing more does."""
        if self._kernel is None:
            await self._look()
            return
        await self._told(self._kernel)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_BURST):
                await self._quiet(self._kernel)

    def close(self) -> None:
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _watch(self) -> None:
        from asyncinotify import Inotify, Mask

        self._kernel = self._kernel or Inotify()
        told = Mask.CLOSE_WRITE | Mask.CREATE | Mask.DELETE | Mask.MOVE | Mask.ATTRIB | Mask.DELETE_SELF | Mask.ONLYDIR
        for folder in self._names:
            # What went away since it was listed is told of by the folder above.
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                self._kernel.add_watch(folder, told)

    async def _told(self, kernel: Inotify) -> None:
        while not self._counts(await kernel.get()):
            pass

    async def _quiet(self, kernel: Inotify) -> None:
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(QUIET):
                    await self._told(kernel)

    def _counts(self, event: Event) -> bool:
        """A folder that goes, and events that were lost, have no name."""
        from asyncinotify import Mask

        if Mask.IGNORED in event.mask:
            return False
        names = self._names.get(event.watch.path) if event.watch else None
        return names is None or event.name is None or names.count(str(event.name))

    async def _look(self) -> None:
        same = True
        while same:
            await asyncio.sleep(LOOK_EVERY)
            same = await asyncio.to_thread(_stamps, self._places) == self._seen


class _Names:
    """Which names in one folder count: `skip` those that don't of a tree's (None: it is in no tree), `files` do."""

    def __init__(self) -> None:
        self.skip: list[re.Pattern[str]] = []
        self.files: set[str] = set()

    def count(self, name: str) -> bool:
        return name in self.files or any(not skip.match(name) for skip in self.skip)


def _names(places: Places) -> dict[Path, _Names]:
    found: dict[Path, _Names] = {}
    for tree, ignore in places.trees.items():
        skip = pattern(ignore)
        for folder in _folders(tree, ignore):
            found.setdefault(folder, _Names()).skip.append(skip)
    for file in places.files:
        found.setdefault(Path(os.path.realpath(file.parent)), _Names()).files.add(file.name)
    return found


def _folders(tree: Path, ignore: tuple[str, ...]) -> Iterable[Path]:
    """What is there; the place above a tree that is gone, so that its return is seen."""
    while True:
        try:
            return folders(tree, ignore) if tree.is_dir() else [tree.parent]
        except FileNotFoundError:  # a folder went while we looked
            continue


def _stamps(places: Places) -> dict[Path, Stamp]:
    return {path: stamp for path in _paths(places) if (stamp := _stamp(path))}


def _paths(places: Places) -> Iterator[Path]:
    yield from places.files
    for tree, ignore in places.trees.items():
        with contextlib.suppress(OSError):
            yield from (entry.path for entry in walk(tree, ignore))


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_mode

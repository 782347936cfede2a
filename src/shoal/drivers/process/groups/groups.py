"""All groups of one state folder. Where they were made is written down, so that whoever comes later finds them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path

from shoal.drivers.process import atomic
from shoal.drivers.process.groups.group import Group, limit
from shoal.drivers.process.groups.hierarchy import CONTROLLERS
from shoal.drivers.process.groups.where import Where, look, switched_on
from shoal.errors import DriverFailed
from shoal.model.limits import Limits


class Groups:
    """`record` is the file that lists the folders in which they lie; `realm` their name there."""

    def __init__(self, record: Path, realm: Callable[[], str], where: Callable[[], Where] = look) -> None:
        self._record = record
        self._realm = realm
        self._look = where

    @cached_property
    def where(self) -> Where:
        return self._look()

    def of(self, instance: str) -> Group:
        """The groups that an instance has, made by whomever."""
        return Group(folder for parent in self._parents() if (folder := parent / instance).exists())

    def members(self) -> dict[str, set[int]]:
        """Who is in which instance's groups."""
        found: dict[str, set[int]] = {}
        for parent in self._parents():
            for folder in parent.glob("*/"):
                found.setdefault(folder.name, set()).update(Group([folder]).pids())
        return found

    def make(self, instance: str, limits: Limits) -> Group:
        """New ones, for it to enter: one for each limit that can be had, and one that holds all of its processes.
        Raises DriverFailed when a limit can't be set although it should."""
        try:
            return Group(dict.fromkeys((*self._together(instance), *self._limited(instance, limits))))
        except OSError as error:
            self.of(instance).remove()
            raise DriverFailed(f"{instance}: its limits can't be set: {error.strerror}: {error.filename}") from None

    def remove(self, instance: str) -> None:
        """Its groups; with the last of all, the folders in which they lay."""
        if self.of(instance).remove():
            self._tidy()

    def sweep(self, kept: Collection[str]) -> None:
        """Ends and drops the groups of instances that nobody knows any more."""
        for parent in self._parents():
            for folder in parent.glob("*/"):
                if folder.name not in kept:
                    group = Group([folder])
                    group.kill()
                    group.remove()
        self._tidy()

    def lacking(self, asked: Mapping[str, Limits]) -> tuple[str, ...]:
        """Which limits nobody sees to here, and why; `asked` goes by whose they are."""
        kinds = {kind: [name for name, limits in asked.items() if kind in limits.asked()] for kind in CONTROLLERS}
        return tuple(
            f"{kind} isn't limited ({', '.join(names)}): {self.where.lacks[kind]}"
            for kind, names in sorted(kinds.items())
            if names and kind in self.where.lacks
        )

    def _together(self, instance: str) -> list[Path]:
        with contextlib.suppress(OSError):
            return [self._made(self.where.together, instance)] if self.where.together else []
        return []

    def _limited(self, instance: str, limits: Limits) -> list[Path]:
        made = []
        for kind in limits.asked():
            if place := self.where.folders.get(kind):
                made.append(self._made(place, instance))
                limit(made[-1], kind, limits)
        return made

    def _made(self, place: Path, instance: str) -> Path:
        parent = place / f"shoal-{self._realm()}"
        if parent not in self._parents():
            atomic.write(self._record, "".join(f"{path}\n" for path in (*self._parents(), parent)))
        parent.mkdir(exist_ok=True)
        if place in self.where.folders.values():
            switched_on(parent, CONTROLLERS)
        (parent / instance).mkdir(exist_ok=True)
        return parent / instance

    def _parents(self) -> list[Path]:
        try:
            return [Path(line) for line in self._record.read_text().splitlines()]
        except OSError:
            return []

    def _tidy(self) -> None:
        parents = Group(self._parents())
        if parents.folders and parents.remove():
            self._record.unlink(missing_ok=True)

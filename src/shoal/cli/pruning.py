"""What nothing refers to any more, of builds and of state."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shoal.api.client import Client
from shoal.api.place import states
from shoal.build.cache import cache_folder
from shoal.build.store import artifact_folder, drop, wipe
from shoal.build.store import unused as old
from shoal.cli.target import alive, wish
from shoal.control.releases import Releases
from shoal.desired import compile
from shoal.drivers.process.releases import FileReleases
from shoal.errors import ShoalError, StateDamaged

# A build is there before it is wanted, for a moment.
FRESH = 3600.0


class State(NamedTuple):
    """Of one environment, on one target, of an app that has no folder any more."""

    path: Path
    folder: str
    data: bool

    @property
    def name(self) -> str:
        return self.path.parents[1].name.rpartition("-")[0]

    def told(self) -> dict[str, Any]:
        where = {"name": self.name, "environment": self.path.parent.name, "target": self.path.name}
        return where | {"folder": self.folder} | {"data": self.data, "bytes": self.bytes}

    @property
    def bytes(self) -> int:
        return _size(self.path)

    def delete(self) -> None:
        wipe(self.path)
        with contextlib.suppress(OSError):  # other targets, other environments
            self.path.parent.rmdir()
            self.path.parents[1].rmdir()


class Build(NamedTuple):
    key: str

    @property
    def bytes(self) -> int:
        return _size(artifact_folder(cache_folder(), self.key))

    def told(self) -> dict[str, Any]:
        return {"key": self.key, "bytes": self.bytes}

    def delete(self) -> None:
        drop(cache_folder(), self.key)


def abandoned(root: Path, *, data: bool) -> list[State]:
    """Of apps whose folder is gone, and of which nothing runs. Those that hold data only with `data`."""
    found = [State(path, wish(path)[0], _has_data(path)) for path in states(root)]
    return [s for s in found if s.folder and not Path(s.folder).is_dir() and _rests(s.path) and (data or not s.data)]


def _has_data(state: Path) -> bool:
    return any(path.is_dir() for path in (state / "data").glob("*"))


def _rests(state: Path) -> bool:
    return not Client(state).alive() and not alive(state)


def unused(root: Path) -> list[Build]:
    """Builds that the last release of no app names. Raises `StateDamaged` where that can't be told."""
    keep = frozenset(key for state in states(root) for key in _named(state))
    return [Build(key) for key in old(cache_folder(), keep, FRESH)]


def _named(state: Path) -> list[str]:
    """Of the present release, and of that which `rollback` goes back to."""
    releases = Releases(FileReleases(state))
    try:
        releases.load()
        wanted = [release for release in (releases.present, releases.before()) if release is not None]
        return [a.key for release in wanted for a in compile(release.wanted.app, release.inputs).artifacts]
    except (OSError, msgspec.DecodeError, ShoalError) as problem:
        hint = (
            "It may need builds that nobody else does, so none is deleted. Next: shoal up there, or delete that folder."
        )
        raise StateDamaged(f"what {state} wants can't be read: {problem}", hint=hint) from None


def _size(folder: Path) -> int:
    """What it takes on disk."""
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            found += path.lstat().st_blocks * 512
    return found

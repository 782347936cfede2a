"""The release store of this target: a file for the present one, a folder of those before it; each is replaced whole."""

from __future__ import annotations

import shutil
from pathlib import Path

from shoal.drivers.process import atomic


class FileReleases:
    """`folder` is the state folder; it is made when something is saved."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "release.json"
        self._kept = folder / "releases"

    def load(self) -> bytes | None:
        return _content(self._path)

    def save(self, release: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(self._path, release.decode(), lasting=True)

    def drop(self) -> None:
        self._path.unlink(missing_ok=True)
        shutil.rmtree(self._kept, ignore_errors=True)

    def kept(self) -> tuple[int, ...]:
        return tuple(int(path.stem) for path in self._kept.glob("*.json") if path.stem.isdecimal())

    def keep(self, number: int, release: bytes) -> None:
        self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(self._file(number), release.decode(), lasting=True)

    def read(self, number: int) -> bytes | None:
        return _content(self._file(number))

    def discard(self, number: int) -> None:
        self._file(number).unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        return self._kept / f"{number}.json"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None

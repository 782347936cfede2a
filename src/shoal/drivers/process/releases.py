"""The release store of this target: one file, replaced whole."""

from __future__ import annotations

from pathlib import Path

from shoal.drivers.process import atomic


class FileReleases:
    """`folder` is the state folder; it is made when something is saved."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "release.json"

    def load(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def save(self, release: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(self._path, release.decode(), lasting=True)

    def drop(self) -> None:
        self._path.unlink(missing_ok=True)

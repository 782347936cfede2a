"""Which app and environment a process belongs to, as far as a stranger to it may see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

DEEPEST = 64  # generations


class Owner(NamedTuple):
    name: str
    folder: str
    environment: str

    def __str__(self) -> str:
        return f"{self.name} in its environment {self.environment} ({self.folder})"


class _App(msgspec.Struct):
    name: str
    folder: str
    environment: str


class _Wanted(msgspec.Struct):
    app: _App


class _Release(msgspec.Struct):
    wanted: _Wanted


def owner(pid: int) -> Owner | None:
    """The environment whose keeper is above this process: a keeper's command line names its state folder."""
    for _ in range(DEEPEST):
        if pid <= 1:
            return None
        for word in _words(pid):
            if word.startswith("/") and (found := _released(Path(word))):
                return found
        pid = _parent(pid)
    return None


def _released(state: Path) -> Owner | None:
    """Whose state folder this is, by the release in it."""
    try:
        app = msgspec.json.decode((state / "release.json").read_bytes(), type=_Release).wanted.app
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return Owner(app.name, app.folder, app.environment)


def _words(pid: int) -> list[str]:
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, IndexError):
        return 0

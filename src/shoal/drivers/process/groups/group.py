"""The groups of one instance: one folder per hierarchy."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from shoal.model.limits import Limits

PERIOD = 100_000
"""Microseconds in which a share of the processors is counted."""
KILL = "cgroup.kill"


class Group:
    """`folders` are those that are there."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = tuple(folders)

    def pids(self) -> set[int]:
        """Who is in it."""
        found: set[int] = set()
        for folder in self.folders:
            with contextlib.suppress(OSError):
                found |= {int(word) for word in (folder / "cgroup.procs").read_text().split()}
        return found - {0}  # those of another pid namespace

    def kill(self) -> None:
        """Everything in it, what is just being forked too."""
        for folder in self.folders:
            if not _put(folder / KILL, "1"):
                _put(folder / "pids.max", "0")
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    def out_of_memory(self) -> int:
        """How many of its processes the kernel has killed for want of memory."""
        return sum(_count(folder / name) for folder in self.folders for name in ("memory.events", "memory.oom_control"))

    def remove(self) -> bool:
        """Whether it is gone; one that still holds a process stays."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()
        return not any(folder.exists() for folder in self.folders)


def limit(folder: Path, controller: str, limits: Limits) -> None:
    """Writes what the file says of one controller. Raises OSError."""
    match controller:
        case "memory":
            _limit_memory(folder, limits.memory)
        case "pids":
            (folder / "pids.max").write_text(str(limits.pids))
        case "cpu":
            _limit_cpu(folder, max(1000, round(limits.cpu * PERIOD)))


def _limit_memory(folder: Path, size: int) -> None:
    """Swap would only hide that it's too much."""
    if (folder / "memory.max").exists():
        (folder / "memory.max").write_text(str(size))
        _put(folder / "memory.swap.max", "0")
    else:
        (folder / "memory.limit_in_bytes").write_text(str(size))
        _put(folder / "memory.memsw.limit_in_bytes", str(size))


def _limit_cpu(folder: Path, quota: int) -> None:
    if (folder / "cpu.max").exists():
        (folder / "cpu.max").write_text(f"{quota} {PERIOD}")
    else:
        (folder / "cpu.cfs_period_us").write_text(str(PERIOD))
        (folder / "cpu.cfs_quota_us").write_text(str(quota))


def _put(path: Path, text: str) -> bool:
    """Whether it could be written."""
    if not path.exists():
        return False
    try:
        path.write_text(text)
    except OSError:
        return False
    return True


def _count(path: Path) -> int:
    try:
        words = path.read_text().split()
    except OSError:
        return 0
    return int(words[words.index("oom_kill") + 1]) if "oom_kill" in words else 0

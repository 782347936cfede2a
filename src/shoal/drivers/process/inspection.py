"""What processes use, read from /proc. One that ends meanwhile is left out."""

from __future__ import annotations

import os
import pwd
import re
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from shoal.model.usage import Measure, Process, Usage

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def inspect(pids: Iterable[int]) -> tuple[Process, ...]:
    """In the order of their pids."""
    now = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return tuple(found for pid in sorted(pids) if (found := _process(pid, now)))


def added_up(processes: Iterable[Process], log: int) -> Usage:
    """What an instance uses; `log` is the size of its log."""
    all_of = tuple(processes)
    return Usage(
        time=time.time(),
        cpu=sum(process.cpu for process in all_of),
        memory=sum(process.memory for process in all_of),
        measure="rss" if any(process.measure == "rss" for process in all_of) else "pss",
        processes=len(all_of),
        threads=sum(process.threads for process in all_of),
        descriptors=sum(process.descriptors for process in all_of),
        log=log,
    )


def _process(pid: int, boot: float) -> Process | None:
    folder = PROC / str(pid)
    try:
        fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
        memory, measure = _memory(folder, int(fields[21]) * PAGE)
        return Process(
            pid=pid,
            parent=int(fields[1]),
            user=_user(folder.stat().st_uid),
            started=boot + int(fields[19]) / TICKS,
            cpu=(int(fields[11]) + int(fields[12])) / TICKS,
            memory=memory,
            measure=measure,
            threads=int(fields[17]),
            descriptors=_descriptors(folder),
            command=_command(folder),
        )
    except OSError:
        return None


def _memory(folder: Path, resident: int) -> tuple[int, Measure]:
    """The kernel tells the proportional size only to who may look into the process."""
    try:
        found = re.search(rb"^Pss: +(\d+) kB", (folder / "smaps_rollup").read_bytes(), re.M)
    except PermissionError:
        return resident, "rss"
    return (int(found[1]) << 10, "pss") if found else (resident, "rss")


def _descriptors(folder: Path) -> int:
    try:
        return len(os.listdir(folder / "fd"))  # noqa: PTH208 (many)
    except PermissionError:
        return 0


def _command(folder: Path) -> str:
    """Its words; in brackets the bare name of one that has none."""
    words = (folder / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return words or f"[{(folder / 'comm').read_text().strip()}]"


@cache
def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)

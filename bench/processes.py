"""What the kernel says about processes: CPU time, memory, whose child is whose."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


class Stat(NamedTuple):
    """One line of /proc/<pid>/stat: `cpu` is in seconds, its own and that of the children it has waited for."""

    pid: int
    parent: int
    cpu: float


class Memory(NamedTuple):
    """In MB. `pss` shares what several processes have in common among them."""

    rss: float
    pss: float


def parse_stat(pid: int, text: str, ticks: int = TICKS) -> Stat:
    """The program's name, in parentheses, may hold spaces and parentheses."""
    fields = text.rpartition(")")[2].split()
    return Stat(pid, int(fields[1]), sum(map(int, fields[11:15])) / ticks)


def parse_memory(text: str) -> Memory:
    """Of /proc/<pid>/smaps_rollup."""
    found = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith(" kB"):
            found[name] = int(rest.split()[0]) / 1024
    return Memory(found["Rss"], found["Pss"])


def parse_switches(text: str) -> int:
    """How often a thread has gone to sleep, of /proc/<pid>/task/<tid>/status: each time something woke it again."""
    for line in text.splitlines():
        if line.startswith("voluntary_ctxt_switches:"):
            return int(line.split()[1])
    return 0


def tree(root: int, processes: Mapping[int, Stat]) -> list[Stat]:
    """A process and all its descendants."""
    children: dict[int, list[Stat]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process)
    found: list[Stat] = []
    todo = [processes[root]] if root in processes else []
    while todo:
        process = todo.pop()
        found.append(process)
        todo += children.get(process.pid, [])
    return found


def snapshot() -> dict[int, Stat]:
    found = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = parse_stat(int(folder.name), (folder / "stat").read_text())
            except OSError:
                continue
    return found


def cpu(roots: Iterable[int]) -> dict[int, float]:
    """Root of a process tree -> CPU seconds that all of the tree have used so far."""
    now = snapshot()
    return {root: sum(process.cpu for process in tree(root, now)) for root in roots}


def memory(pid: int) -> Memory:
    return parse_memory((PROC / str(pid) / "smaps_rollup").read_text())


def on_cpu(pid: int) -> float:
    """Seconds that the process's living threads have run, in nanoseconds' resolution where the kernel keeps them."""
    try:
        tasks = list((PROC / str(pid) / "task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return snapshot()[pid].cpu


def switches(pid: int) -> int:
    return sum(parse_switches((task / "status").read_text()) for task in (PROC / str(pid) / "task").iterdir())


def parse_busy(text: str) -> tuple[int, int]:
    """Ticks that the whole machine has been busy, and all ticks, of /proc/stat."""
    ticks = [int(word) for word in text.splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def busy(seconds: float = 1.0) -> float:
    """The share of the machine (0 to 1) that is in use."""
    busy_before, all_before = parse_busy((PROC / "stat").read_text())
    time.sleep(seconds)
    busy_after, all_after = parse_busy((PROC / "stat").read_text())
    return (busy_after - busy_before) / max(1, all_after - all_before)

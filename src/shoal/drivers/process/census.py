"""Who runs: one look at /proc, and which of them belong to an instance.

An instance is more than its first process (the leader). The rest is found by session, by descent, by the marker
`SHOAL_INSTANCE` in the environment, which children inherit and which stays visible when the leader is dead, and by its
control group, where there is one: nothing gets out of that.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

MARKER = "SHOAL_INSTANCE"
REALM = "SHOAL_REALM"
KTHREADD = 2


class Process(NamedTuple):
    """`start` is in clock ticks since boot: with the pid it names a process for good."""

    pid: int
    parent: int
    group: int
    session: int
    start: int
    ended: bool = False


class Leader(NamedTuple):
    """The first process of an instance. `ended` is when it was seen to end, in clock ticks since boot; 0: it lives;
    -1: nobody knows."""

    pid: int
    start: int
    ended: int = 0


class Census:
    """`processes` by pid; `marked` are the pids that carry an instance's marker in this realm, or are in its group."""

    def __init__(self, processes: dict[int, Process], marked: dict[str, list[int]]) -> None:
        self._processes = processes
        self.marked = marked
        self._children: dict[int, list[int]] = {}
        for process in processes.values():
            self._children.setdefault(process.parent, []).append(process.pid)

    def process(self, pid: int) -> Process | None:
        return self._processes.get(pid)

    def members(self, instance: str, leader: Leader) -> list[Process]:
        """Every process of an instance that lives."""
        found: dict[int, Process] = {}
        todo = [p for p in self._processes.values() if _in_session(p, leader)]
        todo += [self._processes[pid] for pid in self.marked.get(instance, ())]
        while todo:
            process = todo.pop()
            if process.pid not in found:
                found[process.pid] = process
                todo += [self._processes[child] for child in self._children.get(process.pid, ())]
        return [process for process in found.values() if not process.ended]

    def group(self, leader: Leader) -> list[Process]:
        """The leader and the process group that it leads, while it lives: that proves that the group is ours."""
        first = self._processes.get(leader.pid)
        if first is None or first.start != leader.start:
            return []
        return [p for p in self._processes.values() if leader.pid in (p.group, p.pid) and not p.ended]


def _in_session(process: Process, leader: Leader) -> bool:
    """Or the leader itself: one that is attached leads no session. A session keeps its number from being given away as
    long as one member lives, so after the leader's end a member is ours if it was there before that end; a younger one
    could be a stranger's."""
    if (process.pid, process.start) == (leader.pid, leader.start):
        return True
    if process.session != leader.pid or process.start < leader.start:
        return False
    return not leader.ended or process.start <= leader.ended


def ticks() -> int:
    """Now, in clock ticks since boot."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


def send(process: Process, number: signal.Signals) -> bool:
    """Signals exactly this process, never one that got its pid since. Whether it was there."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        now = _stat(process.pid)
        if now is None or now.start != process.start:
            return False
        signal.pidfd_send_signal(descriptor, number)
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(descriptor)
    return True


class Registrar:
    """Takes the census. Remembers who carried a marker: some programs overwrite their environment later. `grouped`
    tells who is in which instance's group."""

    def __init__(self, realm: str, grouped: Callable[[], Mapping[str, Iterable[int]]] = dict) -> None:
        self._realm = realm
        self._grouped = grouped
        self._marks: dict[tuple[int, int], str] = {}

    def take(self) -> Census:
        processes = {process.pid: process for process in _all()}
        marks: dict[tuple[int, int], str] = {}
        marked: dict[str, list[int]] = {}
        for process in processes.values():
            key = process.pid, process.start
            instance = self._marks.get(key) or self._mark(process.pid)
            if instance:
                marks[key] = instance
                marked.setdefault(instance, []).append(process.pid)
        self._marks = marks
        for instance, pids in self._grouped().items():
            known = marked.setdefault(instance, [])
            known += [pid for pid in pids if pid not in known and _seen(pid, processes)]
        return Census(processes, {instance: pids for instance, pids in marked.items() if pids})

    def _mark(self, pid: int) -> str:
        variables = environment(pid)
        return variables.get(MARKER, "") if variables.get(REALM) == self._realm else ""


def _seen(pid: int, processes: dict[int, Process]) -> bool:
    """Whether there is such a process; one that came while we looked is noted."""
    if pid not in processes and (process := _stat(pid)):
        processes[pid] = process
    return pid in processes


def environment(pid: int) -> dict[str, str]:
    """The environment a process was executed with; empty when it can't be seen."""
    try:
        raw = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.decode(errors="surrogateescape").partition("=") for entry in raw.split(b"\0"))
    return {name: value for name, _, value in pairs if name}


def _all() -> Iterator[Process]:
    found = (_stat(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 (hot: pathlib is slow)
    return (process for process in found if process and KTHREADD not in (process.pid, process.parent))


def _stat(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 (hot)
            text = file.read()
    except OSError:
        return None
    return parse(pid, text)


def parse(pid: int, text: bytes) -> Process:
    """A line of /proc/<pid>/stat; the name, in parentheses, may hold spaces and parentheses."""
    fields = text.rpartition(b")")[2].split()
    state, parent, group, session, start = (fields[i] for i in (0, 1, 2, 3, 19))
    return Process(pid, int(parent), int(group), int(session), int(start), ended=state in (b"Z", b"X"))

"""After a restart of the daemon: which instances are there, and which of their processes are really still theirs."""

from __future__ import annotations

import os

import msgspec

from shoal.drivers.process import records
from shoal.drivers.process.census import Census, Process
from shoal.drivers.process.keeper import journal
from shoal.drivers.process.records import Record
from shoal.drivers.process.state import State
from shoal.drivers.process.tracked import Tracked


class Found(msgspec.Struct, frozen=True):
    """A record, and a descriptor of its leader (-1: it has ended, or its pid is somebody else's now)."""

    record: Record
    pidfd: int

    def tracked(self) -> Tracked:
        spec = records.rebuilt(self.record)
        identity = self.record.identity
        pid, start = (identity.pid, identity.start) if identity else (0, 0)
        instance = msgspec.structs.replace(spec.instance, phase="starting", pid=pid)
        return Tracked(spec, instance, start)


def survey(state: State, census: Census) -> list[Found]:
    """Every instance on record; those that never ran are dropped, those that lost their record get one again."""
    boot = journal.boot_id()
    known = {record.id for record in state.records()}
    for instance in set(census.marked) - known:
        (state.instances / instance).mkdir(mode=0o700)
    found = []
    for record in state.records():
        if not record.identity and not record.exit:
            _identify(record, census, boot)
            record = records.read(record.folder)
        if not records.never_ran(record):
            found.append(Found(record, leader(record, boot)))
    return found


def leader(record: Record, boot: str) -> int:
    """A descriptor of the very process that wrote the identity, or -1."""
    identity = record.identity
    if record.exit or identity is None or identity.boot != boot:
        return -1
    try:
        pidfd = os.pidfd_open(identity.pid)
    except OSError:
        return -1
    # Compared after opening: from here on the descriptor means the process that was looked at.
    if _start_time(identity.pid) == identity.start:
        return pidfd
    os.close(pidfd)
    return -1


def _start_time(pid: int) -> int:
    try:
        return journal.start_time(pid)
    except OSError:
        return -1


def _identify(record: Record, census: Census, boot: str) -> None:
    """Finds the leader of an instance without an identity by the marker in its environment."""
    marked = [census.process(pid) for pid in census.marked.get(record.id, ())]
    alive = [process for process in marked if process and not process.ended]
    if alive:
        first = min(alive, key=_leading)
        content = {"instance": record.id, "pid": first.pid, "start": first.start, "boot": boot}
        journal.write(str(record.folder / journal.IDENTITY), content)


def _leading(process: Process) -> tuple[bool, int]:
    return process.pid != process.session, process.start

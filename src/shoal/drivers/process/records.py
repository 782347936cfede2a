"""What is on disk about one instance: what it was started as, who it is, how it ended."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TypeVar

import msgspec

from shoal.drivers.process import atomic
from shoal.drivers.process.keeper import journal
from shoal.drivers.process.keeper.journal import EXIT, IDENTITY
from shoal.errors import DriverFailed
from shoal.model.app import Stop
from shoal.model.limits import Limits
from shoal.model.observed import Instance

SPEC = "spec.json"
T = TypeVar("T")


class Spec(msgspec.Struct, frozen=True):
    """What the instance was started as. No environment: secrets stay in their own folder."""

    instance: Instance
    stop: Stop = Stop()
    limits: Limits = Limits()


class Identity(msgspec.Struct, frozen=True):
    """Written by the process itself before it became the program. `start` is in clock ticks since boot."""

    instance: str
    pid: int
    start: int
    boot: str


class Exit(msgspec.Struct, frozen=True):
    """`code` None: nobody was there to see it. `at` is in seconds since the epoch."""

    at: float
    code: int | None = None
    reason: str = ""
    pid: int = 0


class Record(msgspec.Struct, frozen=True):
    """One folder below `instances/`; a part that is missing or can't be read is None."""

    folder: Path
    spec: Spec | None = None
    identity: Identity | None = None
    exit: Exit | None = None

    @property
    def id(self) -> str:
        return self.folder.name


def read(folder: Path) -> Record:
    return Record(
        folder,
        _load(folder / SPEC, Spec),
        _load(folder / IDENTITY, Identity),
        _load(folder / EXIT, Exit),
    )


def _load(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None


def create(folder: Path, spec: Spec) -> None:
    """Raises FileExistsError when the id is taken."""
    folder.mkdir(mode=0o700)
    atomic.write(folder / SPEC, msgspec.json.encode(spec).decode())


def identify(folder: Path, pid: int) -> int:
    """Notes who a process is that didn't write it itself; its start time. Raises DriverFailed when it has ended."""
    try:
        start = journal.start_time(pid)
    except OSError:
        raise DriverFailed(f"there is no process {pid}") from None
    content = {"instance": folder.name, "pid": pid, "start": start, "boot": journal.boot_id()}
    journal.write(str(folder / IDENTITY), content)
    return start


def write_exit(folder: Path, end: Exit) -> None:
    atomic.write(folder / EXIT, msgspec.json.encode(end).decode())


def rebuilt(record: Record) -> Spec:
    """For an instance whose `spec.json` can't be read: its id tells the workload and the slot. Without a revision it
    equals nothing that is wanted, so it will be replaced, but never lost from sight."""
    if record.spec:
        return record.spec
    workload, _, rest = record.id.rpartition("-")[0].rpartition("-")
    index = int(rest) if rest.isdigit() else 0
    return Spec(Instance(id=record.id, workload=workload or record.id, kind="service", revision="", index=index))


def never_ran(record: Record) -> bool:
    """Whether a record was left by a start that never came to its fork; it is gone then.

    Its folder is moved away first, so that a fork that is still to come finds no place for its identity and gives up.
    """
    if record.identity or record.exit:
        return False
    away = record.folder.with_name(f".{record.id}")
    record.folder.rename(away)
    if (away / IDENTITY).exists():
        away.rename(record.folder)
        return False
    shutil.rmtree(away, ignore_errors=True)
    return True

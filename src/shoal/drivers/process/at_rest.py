"""What a state folder says when no daemon is there to ask. Looks only: it takes no lock and starts nothing."""

from __future__ import annotations

import os
import select
from pathlib import Path

import msgspec

from shoal.drivers.process import records
from shoal.drivers.process.adoption import leader
from shoal.drivers.process.keeper.journal import boot_id
from shoal.drivers.process.records import Record
from shoal.drivers.process.releases import FileReleases
from shoal.drivers.process.state import State
from shoal.model.observed import Instance


def look(folder: Path) -> tuple[tuple[Instance, ...], dict[str, str]]:
    """The instances on record, and the data folders with their incarnations; nothing for a folder that isn't there."""
    if not folder.is_dir():
        return (), {}
    state, boot = State(folder.absolute()), boot_id()
    return tuple(_instance(record, boot) for record in state.records()), state.incarnations()


def wish(folder: Path) -> tuple[str, float]:
    """The app's folder and since when it is wanted, as the last release has it; nothing where that can't be read."""
    try:
        wanted = msgspec.json.decode(FileReleases(folder).load() or b"", type=_Release).wanted
    except (OSError, msgspec.DecodeError):
        return "", 0.0
    return wanted.app.folder, wanted.since


class _App(msgspec.Struct, frozen=True):
    folder: str


class _Wanted(msgspec.Struct, frozen=True):
    app: _App
    since: float = 0.0


class _Release(msgspec.Struct, frozen=True):
    wanted: _Wanted


def _instance(record: Record, boot: str) -> Instance:
    instance = records.rebuilt(record).instance
    descriptor = leader(record, boot)
    if record.identity and descriptor >= 0 and _runs(descriptor):
        return msgspec.structs.replace(instance, pid=record.identity.pid)
    ended = record.exit
    if ended is None:
        return msgspec.structs.replace(instance, phase="exited")
    return msgspec.structs.replace(instance, phase="exited", ended=ended.at, exit=ended.code, reason=ended.reason)


def _runs(descriptor: int) -> bool:
    """Whether a process has not ended; closes its descriptor. One that nobody has reaped yet has a pid still."""
    try:
        return not select.select([descriptor], [], [], 0)[0]
    finally:
        os.close(descriptor)

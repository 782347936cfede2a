"""All logs of one state folder: which there are, in which order, how long they stay."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from shoal.drivers.driver import LogFile
from shoal.drivers.process.logs import quota
from shoal.drivers.process.logs.times import Recorder, begun, index_of

SUFFIX = ".log"


class Shelf:
    def __init__(self, folder: Path, kept: int) -> None:
        self._folder = folder
        self._kept = kept
        self._recorders: dict[Path, Recorder] = {}

    def begin(self, log: Path, now: float) -> None:
        """A new instance's log."""
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.touch(mode=0o600)
        self._recorder(log).begin(now)

    def files(self, workloads: Iterable[str] = ()) -> tuple[LogFile, ...]:
        """Oldest first."""
        wanted = set(workloads)
        logs = [log for log in self._folder.glob("*/*.log") if not wanted or log.parent.name in wanted]
        return tuple(LogFile(log.parent.name, log.stem, str(log)) for log in sorted(logs, key=_begun))

    def look(self, now: float, growing: Iterable[Path]) -> None:
        """To be called about every second: notes when the logs of living instances grew, and keeps them short; those
        that stopped growing are looked at once more."""
        alive = frozenset(growing)
        for log in alive.union(self._recorders):
            self._look(log, now)
            if log not in alive:
                self._recorders.pop(log, None)

    def _look(self, log: Path, now: float) -> None:
        # A full disk: the next look says what this one couldn't, and a log that is too long still has to shrink.
        grown = True
        with contextlib.suppress(OSError):
            grown = self._recorder(log).look(now)
        if grown:
            with contextlib.suppress(OSError):
                quota.trim(log)

    def prune(self, workload: str, needed: Collection[str]) -> None:
        """Drops all but the newest logs of a workload; those of `needed` instances don't count."""
        folder = self._folder / workload
        if not folder.is_dir():
            return  # an errand: what it prints lies elsewhere
        names = {name[: -len(SUFFIX)] for name in os.listdir(folder) if name.endswith(SUFFIX)}  # noqa: PTH208 (hot)
        spare = [folder / (name + SUFFIX) for name in names.difference(needed)]
        if len(spare) <= self._kept:
            return
        for log in sorted(spare, key=_begun)[: -self._kept]:
            self._recorders.pop(log, None)
            log.unlink(missing_ok=True)
            index_of(log).unlink(missing_ok=True)

    def _recorder(self, log: Path) -> Recorder:
        if log not in self._recorders:
            self._recorders[log] = Recorder(log)
        return self._recorders[log]


def _begun(log: Path) -> tuple[float, str]:
    return begun(log), log.name

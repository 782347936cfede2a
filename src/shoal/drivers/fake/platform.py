"""The world that a fake driver drives: what runs, what is kept, and how each program behaves. It outlives drivers."""

from __future__ import annotations

import msgspec

from shoal.drivers.driver import LogFile, Ran
from shoal.model.observed import Endpoint, Instance
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Workload


class Behaviour(msgspec.Struct, frozen=True):
    """How a program behaves. All times are seconds.

    missing        its program isn't there: `start` raises ToolMissing
    fails          `start` raises StartFailed with this text
    exits_after    it ends by itself, with `code`; None: it goes on until it is stopped
    ready_after    when it answers its probes; None: never
    stops_after    what it takes to end when asked; longer than the grace: it is killed
    output         lines that it writes at its start
    answer         how a command that is run beside it ends, after `answers_after`
    """

    missing: bool = False
    fails: str = ""
    exits_after: float | None = None
    code: int = 0
    ready_after: float | None = 0.0
    stops_after: float = 0.0
    output: tuple[str, ...] = ()
    answer: Ran = Ran(0)
    answers_after: float = 0.0


class Running(msgspec.Struct):
    """One instance and how it goes on: `ends` is when it ends (seconds since the epoch, None: open), by `code`."""

    instance: Instance
    workload: Workload
    behaviour: Behaviour
    env: dict[str, str]
    ends: float | None = None
    code: int | None = None
    reason: str = ""


class Platform:
    """`behaviours` go by workload (`users`) or slot (`users/0`). `refuse` is why a published snapshot is refused,
    `lacks` maps a kind of limit to why nobody sees to it.
    `calls` lists what was asked for, in order: `start users/0`, `stop users-0-1`, ..."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.running: dict[str, Running] = {}
        self.addresses: dict[str, Endpoint] = {}
        self.secrets: dict[str, str] = {}
        self.certificates: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.logs: dict[LogFile, tuple[str, ...]] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.snapshots: list[Snapshot] = []
        self.release: bytes | None = None
        self.numbers: dict[str, str] = {}
        self.releases: dict[int, bytes] = {}
        self.refuse = ""
        self.lacks: dict[str, str] = {}
        self.calls: list[str] = []
        self._count = 0

    def behaviour(self, workload: str, index: int) -> Behaviour:
        return self.behaviours.get(f"{workload}/{index}") or self.behaviours.get(workload) or Behaviour()

    def number(self) -> int:
        """1, 2, 3, ...: everything made here is told apart by it."""
        self._count += 1
        return self._count

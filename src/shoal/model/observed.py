"""Observed: what runs, as the driver saw it and the probes judged it."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

Phase = Literal["starting", "ready", "unready", "stopping", "exited"]


class Endpoint(NamedTuple):
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Instance(msgspec.Struct, frozen=True):
    """One running (or ended) copy of a workload.

    The driver reports `starting`, `stopping` and `exited`; health turns `starting` into `ready`/`unready`.
    `stuck` is health's verdict that it must be replaced (liveness failed, or never became ready in its grace).
    `exit` is the exit code (negative: the signal's number); None with phase `exited` when nobody was there to see it.
    `failures` counts the consecutive ends of this slot before this instance; `after` is copied from the workload, so
    that a removal knows its order when the workload is no longer desired. Times are seconds since the epoch.
    `attached` is a process that somebody else started: it stands in for the workload's own while it lives.
    """

    id: str
    workload: str
    kind: Literal["service", "backing", "mesh", "job"]
    revision: str
    index: int = 0
    nonce: str = ""
    phase: Phase = "starting"
    pid: int = 0
    started: float = 0.0
    ended: float = 0.0
    exit: int | None = None
    reason: str = ""
    failures: int = 0
    stuck: bool = False
    incarnation: str = ""
    endpoints: dict[str, Endpoint] = {}
    after: tuple[str, ...] = ()
    attached: bool = False

    @property
    def alive(self) -> bool:
        return self.phase != "exited"


class Observed(msgspec.Struct, frozen=True, dict=True):
    """`data` maps a data folder to its incarnation (absent: there is none). `published` are the ids of the instances
    that the mesh's accepted configuration sends requests to. `broken_builds` maps an artifact's key to why:
    `BuildFailed: ...`, as an instance's reason. `abreast`: so many replacements may start at a time; 0: any number."""

    instances: tuple[Instance, ...] = ()
    artifacts: frozenset[str] = frozenset()
    broken_builds: dict[str, str] = {}
    data: dict[str, str] = {}
    published: frozenset[str] = frozenset()
    mesh_version: str = ""
    abreast: int = 0

    def of(self, workload: str) -> tuple[Instance, ...]:
        return self._by_workload.get(workload, ())

    def ended(self, workload: str, index: int) -> tuple[Instance, ...]:
        """Those of one slot."""
        return self._ended_by_slot.get((workload, index), ())

    @cached_property
    def _ended_by_slot(self) -> dict[tuple[str, int], tuple[Instance, ...]]:
        found: dict[tuple[str, int], list[Instance]] = {}
        for instance in self.instances:
            if not instance.alive:
                found.setdefault((instance.workload, instance.index), []).append(instance)
        return {slot: tuple(instances) for slot, instances in found.items()}

    @cached_property
    def _by_workload(self) -> dict[str, tuple[Instance, ...]]:
        found: dict[str, list[Instance]] = {}
        for instance in self.instances:
            found.setdefault(instance.workload, []).append(instance)
        return {name: tuple(instances) for name, instances in found.items()}

"""Desired: what should run, for one app in one environment on one target."""

from __future__ import annotations

from functools import cached_property

import msgspec

from shoal.model.app import Gateway, Secret
from shoal.model.workload import Artifact, Edge, Refusal, Workload


class Desired(msgspec.Struct, frozen=True, dict=True):
    """`scheduled` maps a job to when its schedule came to be wanted, in seconds since the epoch. `refusals` are where
    callers find what they don't need."""

    app: str
    environment: str = "dev"
    workloads: tuple[Workload, ...] = ()
    edges: tuple[Edge, ...] = ()
    gateway: Gateway | None = None
    artifacts: tuple[Artifact, ...] = ()
    secrets: tuple[Secret, ...] = ()
    scheduled: dict[str, float] = {}
    refusals: tuple[Refusal, ...] = ()

    def workload(self, name: str) -> Workload | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Workload]:
        return {w.name: w for w in reversed(self.workloads)}

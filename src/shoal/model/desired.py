"""Desired: what should run, for one app in one environment on one target."""

from __future__ import annotations

from functools import cached_property

import msgspec

from shoal.model.app import Gateway, Secret
from shoal.model.workload import Artifact, Edge, Refusal, Workload


class Rollout(msgspec.Struct, frozen=True):
    """One workload between two revisions. `stable` is the one it had: each slot stays with it until the instance of the
    new revision there is ready.

    after    workloads whose rollouts come first
    upto     how many slots the new revision may fill (None: all)
    beside   the stable instances stay, even where new ones are ready (a canary)
    weight   percent of the requests that go to the new revision (None: each instance has its share)
    header   requests with this header go to the new revision, whatever its weight
    """

    stable: Workload
    after: tuple[str, ...] = ()
    upto: int | None = None
    beside: bool = False
    weight: int | None = None
    header: str = ""


class Desired(msgspec.Struct, frozen=True, dict=True):
    """`scheduled` maps a job to when its schedule came to be wanted, in seconds since the epoch. `refusals` are where
    callers find what they don't need. `rollouts` are the workloads (by name) that are between two revisions. `severed`
    are pairs of caller and callee (empty: any) between which the mesh carries nothing."""

    app: str
    environment: str = "dev"
    workloads: tuple[Workload, ...] = ()
    edges: tuple[Edge, ...] = ()
    gateway: Gateway | None = None
    artifacts: tuple[Artifact, ...] = ()
    secrets: tuple[Secret, ...] = ()
    scheduled: dict[str, float] = {}
    refusals: tuple[Refusal, ...] = ()
    rollouts: dict[str, Rollout] = {}
    severed: tuple[tuple[str, str], ...] = ()

    def workload(self, name: str) -> Workload | None:
        return self._by_name.get(name)

    def edge(self, name: str) -> Edge | None:
        """The declared one with this `id`."""
        return self._edges_by_id.get(name)

    def track(self, name: str, revision: str) -> Workload | None:
        """The workload as it is in this revision, if that is wanted: the new one's or, during a rollout, the stable."""
        found = self.workload(name)
        if found is not None and found.revision != revision and name in self.rollouts:
            found = self.rollouts[name].stable
        return found if found is not None and found.revision == revision else None

    @cached_property
    def _by_name(self) -> dict[str, Workload]:
        return {w.name: w for w in reversed(self.workloads)}

    @cached_property
    def _edges_by_id(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in reversed(self.edges)}

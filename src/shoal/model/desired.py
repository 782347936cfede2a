"""Desired: what should run, for one app in one environment on one target."""

from __future__ import annotations

import msgspec

from shoal.model.app import Gateway, Secret
from shoal.model.workload import Artifact, Edge, Workload


class Desired(msgspec.Struct, frozen=True):
    app: str
    environment: str = "dev"
    workloads: tuple[Workload, ...] = ()
    edges: tuple[Edge, ...] = ()
    gateway: Gateway | None = None
    artifacts: tuple[Artifact, ...] = ()
    secrets: tuple[Secret, ...] = ()

    def workload(self, name: str) -> Workload | None:
        return next((w for w in self.workloads if w.name == name), None)

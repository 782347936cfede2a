"""A tiny world for decisions: values in, values out, no clock but the one given."""

from __future__ import annotations

from typing import Any

import msgspec

from shoal.control.leaving import leaving
from shoal.control.reconcile import reconcile
from shoal.control.rollout import Verdict, steer, verdict
from shoal.model.app import Restart
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.plan import AnyOperation, Build, Forget, Plan, Publish, Start, Stop
from shoal.model.release import Orders
from shoal.model.snapshot import Snapshot
from shoal.model.workload import After, Artifact, Workload


def service(
    name: str, *, after: tuple[str, ...] = (), revision: str = "r1", replicas: int = 1, **rest: Any
) -> Workload:
    waits = tuple(After(word.removesuffix(":done"), "done" if word.endswith(":done") else "ready") for word in after)
    owner, kind = name.partition(".")[0], rest.pop("kind", "service")
    return Workload(name=name, kind=kind, owner=owner, after=waits, revision=revision, replicas=replicas, **rest)


def job(name: str, **rest: Any) -> Workload:
    return service(name, kind="job", **{"restart": Restart("no")} | rest)


def database(name: str, **rest: Any) -> Workload:
    return service(name, kind="backing", stable_ports=True, data=name, **rest)


def wanted(*workloads: Workload, artifacts: tuple[Artifact, ...] = ()) -> Desired:
    return Desired(app="shop", workloads=workloads, artifacts=artifacts)


def running(workload: Workload, index: int = 0, phase: str = "ready", **rest: Any) -> Instance:
    fields = {"id": f"{workload.name}-{index}-a", "revision": workload.revision, "started": 100.0} | rest
    after = tuple(a.name for a in workload.after)
    return Instance(workload=workload.name, kind=workload.kind, index=index, phase=phase, after=after, **fields)  # type: ignore[arg-type]


def ended(workload: Workload, index: int = 0, *, exit: int | None = 1, at: float = 200.0, **rest: Any) -> Instance:
    fields = {"id": f"{workload.name}-{index}-z", "started": at - 1, "ended": at} | rest
    return running(workload, index, "exited", exit=exit, **fields)


def seen(*instances: Instance, **rest: Any) -> Observed:
    return Observed(instances=instances, **rest)


def lines(plan: Plan) -> list[str]:
    return str(plan).splitlines()


class World:
    """Carries out plans by the book: what is started becomes ready, jobs end well, what is stopped is gone; but of the
    revisions in `bad` instances end soon, and jobs fail. With `stable` a rollout from that one is under way."""

    def __init__(self, desired: Desired) -> None:
        self.target, self.observed, self.now, self._count = desired, Observed(), 1000.0, 0
        self.stable: Desired | None = None
        self.orders = Orders()
        self.bad: frozenset[str] = frozenset()
        self.history: list[str] = []

    @property
    def desired(self) -> Desired:
        """What should run at this moment."""
        return steer(self.target, self.stable, self.observed, self.orders)

    @desired.setter
    def desired(self, target: Desired) -> None:
        self.target = target

    def release(self, target: Desired) -> None:
        """What is wanted now is the stable one; this is to take its place."""
        self.stable, self.target = self.target, target
        self.history.clear()

    def verdict(self) -> Verdict:
        assert self.stable is not None
        return verdict(self.target, self.stable, self.observed, self.now)

    def conclude(self, laps: int = 200) -> Verdict:
        """Laps until the rollout is over; then what follows from that is wanted."""
        assert self.stable is not None
        for _ in range(laps):
            self.lap()
            found = self.verdict()
            if found.state != "going":
                self.target = self.target if found.state == "done" else self.stable
                self.stable = None
                return found
        raise AssertionError(f"never over: {self.verdict()}\n{self.lap()}")

    def lap(self) -> Plan:
        self.now += 1.0
        self._grow()
        desired = self.desired
        going = frozenset(leaving(desired, self.observed, self.now))
        snapshot = self._snapshot(going)
        plan = reconcile(desired, self.observed, snapshot, now=self.now)
        for operation in plan.ready():
            self.history.append(operation.id)
            self._carry_out(operation, snapshot)
        return plan

    def settle(self, laps: int = 60) -> None:
        for _ in range(laps):
            if not self.lap().operations:
                return
        raise AssertionError(f"never at rest:\n{self.lap()}")

    def alive(self, workload: str) -> list[Instance]:
        return [i for i in self.observed.of(workload) if i.alive]

    def _snapshot(self, going: frozenset[str]) -> Snapshot | None:
        if self.desired.workload("mesh") is None:
            return None
        ready = frozenset(
            i.id for i in self.observed.instances if i.kind == "service" and i.phase == "ready" and i.id not in going
        )
        return Snapshot(version=",".join(sorted(ready)) or "none", files={}, instances=ready)

    def _grow(self) -> None:
        self._replace([self._older(i) for i in self.observed.instances])

    def _older(self, instance: Instance) -> Instance:
        if instance.phase != "starting":
            return instance
        bad = instance.revision in self.bad
        if instance.kind == "job" or bad:
            return msgspec.structs.replace(instance, phase="exited", exit=int(bad), ended=self.now)
        return msgspec.structs.replace(instance, phase="ready")

    def _carry_out(self, operation: AnyOperation, snapshot: Snapshot | None) -> None:
        match operation:
            case Build():
                built = self.observed.artifacts | {operation.artifact}
                self.observed = msgspec.structs.replace(self.observed, artifacts=built)
            case Start():
                self._start(operation, self.desired)
            case Stop() | Forget():
                self._replace([i for i in self.observed.instances if i.id != operation.instance])
            case Publish():
                assert snapshot is not None
                self.observed = msgspec.structs.replace(
                    self.observed, mesh_version=snapshot.version, published=snapshot.instances
                )

    def _start(self, operation: Start, desired: Desired) -> None:
        workload = desired.track(operation.workload, operation.revision)
        assert workload is not None
        self._count += 1
        data = ({workload.data: "one"} if workload.data else {}) | self.observed.data
        self.observed = msgspec.structs.replace(self.observed, data=data)
        fresh = running(
            workload,
            operation.index,
            "starting",
            id=f"{workload.name}-{operation.index}-{self._count}",
            nonce=workload.nonce,
            started=self.now,
            failures=operation.failures,
            incarnation=data.get(workload.once_per, ""),
        )
        self._replace([*self.observed.instances, fresh])

    def _replace(self, instances: list[Instance]) -> None:
        self.observed = msgspec.structs.replace(self.observed, instances=tuple(instances))

"""Starts that the platform refused, as ended instances: so that back-off and blame are the same as for a crash."""

from __future__ import annotations

import time
from collections.abc import Iterable

from shoal.errors import ShoalError
from shoal.model.observed import Instance
from shoal.model.plan import Start
from shoal.model.workload import Workload


class Refusals:
    def __init__(self) -> None:
        self._slots: dict[str, Instance] = {}

    def add(self, workload: Workload, start: Start, incarnation: str, problem: ShoalError) -> None:
        now = time.time()
        identity = f"{workload.name}-{start.index}-refused"
        self._slots[identity] = Instance(
            id=identity,
            workload=workload.name,
            kind=workload.kind,
            revision=workload.revision,
            nonce=workload.nonce,
            index=start.index,
            phase="exited",
            started=now,
            ended=now,
            exit=127,
            failures=start.failures,
            incarnation=incarnation,
            reason=f"{problem.kind()}: {problem}",
        )

    def forget(self, identity: str) -> bool:
        """Whether it was one of these."""
        return self._slots.pop(identity, None) is not None

    def with_these(self, instances: Iterable[Instance]) -> tuple[Instance, ...]:
        """What the driver saw, and these; a slot that has an instance since then is refused no more."""
        seen = tuple(instances)
        filled = {(i.workload, i.index) for i in seen if i.alive}
        self._slots = {k: i for k, i in self._slots.items() if (i.workload, i.index) not in filled}
        return (*seen, *self._slots.values())

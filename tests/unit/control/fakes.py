"""A loop over the fake driver, with nothing to build and, unless asked for, no mesh."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from shoal.control.journal import Journal
from shoal.control.loop import Loop
from shoal.drivers.fake import FakeDriver
from shoal.errors import ShoalError
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Artifact


def ready_ones(desired: Desired, observed: Observed, going: frozenset[str]) -> Snapshot | None:
    """A mesh whose configuration is who is ready."""
    if desired.workload("mesh") is None:
        return None
    found = (i.id for i in observed.instances if i.kind == "service" and i.phase == "ready")
    ready = frozenset(found) - going
    return Snapshot(version=" ".join(sorted(ready)) or "nobody", files={}, instances=ready)


class Builds:
    """What is built, and what can't be (artifact's key -> why)."""

    def __init__(self) -> None:
        self.done: set[str] = set()
        self.broken: dict[str, ShoalError] = {}
        self.begun: list[str] = []

    async def build(self, artifact: Artifact) -> None:
        self.begun.append(artifact.key)
        await asyncio.sleep(0)
        if artifact.key in self.broken:
            raise self.broken[artifact.key]
        self.done.add(artifact.key)

    def built(self, desired: Desired) -> frozenset[str]:
        return frozenset(self.done)


class Bench:
    """A loop, all its parts at hand. Laps are made one at a time, unless `running`."""

    def __init__(self, journal: Path, driver: FakeDriver | None = None) -> None:
        self.driver = driver or FakeDriver()
        self.builds = Builds()
        self.journal = Journal(journal)
        self.loop = Loop(
            self.driver, self.journal, build=self.builds.build, built=self.builds.built, snapshot=ready_ones
        )

    @property
    def calls(self) -> list[str]:
        return self.driver.platform.calls

    async def lap(self) -> str:
        """One lap, carried out; returns what it planned."""
        plan = await self.loop.lap()
        await self.quiet()
        return str(plan)

    async def quiet(self) -> None:
        """Until nothing is under way."""
        deadline = asyncio.get_running_loop().time() + 5
        while self.loop.executor.busy:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0)

    async def laps(self, count: int = 20) -> None:
        """Laps until there is nothing to do, twice in a row: what was started has been judged by then."""
        idle = 0
        for _ in range(count):
            idle = idle + 1 if await self.lap() == "nothing to do" else 0
            if idle == 2:
                return
        raise AssertionError(f"never at rest: {await self.lap()}")

    def phases(self) -> dict[str, str]:
        return {i.id: i.phase for i in self.loop.observed.instances}

    def kinds(self) -> list[str]:
        return [f"{event.kind} {event.instance or event.subject}" for event in self.journal.events]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.loop.run())
        try:
            yield
        finally:
            await ended(task)

    async def until(self, condition: Callable[[], bool]) -> None:
        assert await self.loop.until(condition, 5), (self.loop.observed, self.kinds())

    async def close(self) -> None:
        await self.loop.health.close()
        await self.loop.executor.cancel()
        self.journal.close()


async def ended(task: asyncio.Task[None]) -> None:
    """Cancels a task, which must end by it."""
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)

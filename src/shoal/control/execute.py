"""Carries out operations; decides nothing. What fails is kept as an observation for the next lap."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable

from shoal.control.refusals import Refusals
from shoal.drivers.driver import Driver
from shoal.errors import BuildFailed, DriverFailed, ShoalError, of_system
from shoal.model.desired import Desired
from shoal.model.plan import AnyOperation, Build, Forget, Publish, Start, Stop
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Artifact

Builder = Callable[[Artifact], Awaitable[None]]

# Before an operation that can only fail again the same way: a refused configuration, a defect of ours.
LONG_PAUSE = 5.0


class Executor:
    """One task per operation; the same operation is never under way twice. `wake` is called when one ends."""

    def __init__(
        self, driver: Driver, build: Builder, wake: Callable[[], None], report: Callable[[str, str, str], None]
    ):
        self._driver, self._build, self._wake, self._report = driver, build, wake, report
        self._running: dict[str, asyncio.Task[None]] = {}
        self._building: dict[str, str] = {}
        self.refusals = Refusals()
        self.broken_builds: dict[str, str] = {}
        self.mesh_version = ""
        self.published: frozenset[str] = frozenset()
        self.mesh_problem = ""
        self._mesh = ""

    def mesh_is(self, instance: str) -> None:
        """Which instance is the mesh now: another one has accepted nothing yet."""
        if instance != self._mesh:
            self._mesh, self.mesh_version, self.published = instance, "", frozenset()

    def submit(self, operations: Iterable[AnyOperation], desired: Desired, snapshot: Snapshot | None) -> None:
        for operation in operations:
            if operation.id not in self._running:
                task = asyncio.create_task(self._carry_out(operation, desired, snapshot), name=operation.id)
                self._running[operation.id] = task
                if isinstance(operation, Build):
                    self._building[operation.id] = operation.artifact
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Also of one that was cancelled before it began."""
        self._running.pop(task.get_name(), None)
        self._building.pop(task.get_name(), None)
        self._wake()

    def abandon(self, wanted: Collection[str]) -> None:
        """End the builds of artifacts (by key) that nobody wants any more."""
        for name, key in self._building.items():
            if key not in wanted:
                self._running[name].cancel()

    @property
    def busy(self) -> bool:
        return bool(self._running)

    def busy_with(self, prefix: str) -> bool:
        return any(name.startswith(prefix) for name in self._running)

    def retry(self) -> None:
        """Forget what failed: somebody asked again."""
        self.broken_builds.clear()
        self.refusals = Refusals()
        self.mesh_problem = ""

    async def cancel(self, prefix: str = "") -> None:
        tasks = [task for name, task in self._running.items() if name.startswith(prefix)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, operation: AnyOperation, desired: Desired, snapshot: Snapshot | None) -> None:
        try:
            match operation:
                case Build():
                    await self._do_build(operation, desired)
                case Start():
                    await self._do_start(operation, desired)
                case Stop():
                    self._report("stopping", operation.instance, operation.cause)
                    await self._driver.stop(operation.instance)
                case Forget():
                    await self._do_forget(operation)
                case Publish():
                    await self._do_publish(snapshot)
        except ShoalError as problem:
            self._report("refused", operation.id, str(problem))
            await asyncio.sleep(LONG_PAUSE if isinstance(operation, Publish) else 0.2)
        except Exception as problem:
            # Told, and not spun on.
            self._report("refused", operation.id, str(_told(problem)))
            await asyncio.sleep(LONG_PAUSE)

    async def _do_build(self, operation: Build, desired: Desired) -> None:
        artifact = next(a for a in desired.artifacts if a.key == operation.artifact)
        self._report("building", artifact.owner, operation.cause)
        begun = time.monotonic()
        try:
            await self._build(artifact)
        except Exception as problem:
            told = _told(problem)
            self.broken_builds[artifact.key] = f"{told.kind()}: {told}"
            self._report("build failed" if isinstance(told, BuildFailed) else "refused", artifact.owner, str(told))
            return
        self._report("built", artifact.owner, f"in {time.monotonic() - begun:.1f} s")

    async def _do_start(self, operation: Start, desired: Desired) -> None:
        workload = desired.track(operation.workload, operation.revision)
        assert workload is not None
        try:
            await self._driver.start(workload, operation.index, failures=operation.failures)
        except Exception as problem:
            told = _told(problem)
            self.refusals.add(workload, operation, self._driver.data().get(workload.once_per, ""), told)
            self._report("refused", workload.name, str(told))

    async def _do_forget(self, operation: Forget) -> None:
        if not self.refusals.forget(operation.instance):
            await self._driver.forget(operation.instance)

    async def _do_publish(self, snapshot: Snapshot | None) -> None:
        assert snapshot is not None
        try:
            await self._driver.publish(snapshot)
        except ShoalError as problem:
            self.mesh_problem = str(problem)
            raise
        self.mesh_version, self.published, self.mesh_problem = snapshot.version, snapshot.instances, ""


def _told(problem: Exception) -> ShoalError:
    """The problem as one of ours. Anything else is a defect of shoal itself, and the daemon's log gets all of it."""
    if isinstance(problem, ShoalError):
        return problem
    if refused := of_system(problem):
        return refused
    text = f"a defect of shoal: {type(problem).__name__}: {problem}"
    asyncio.get_running_loop().call_exception_handler({"message": text, "exception": problem})
    return DriverFailed(text, hint="daemon.log in the state folder says more; please report it")

"""The loop: look, decide, act, wait. One lap is a function of what is wanted and what is seen; the rest is waiting."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

import msgspec

from shoal.control.execute import Builder, Executor
from shoal.control.facts import aside
from shoal.control.health import Health
from shoal.control.journal import Journal
from shoal.control.leaving import leaving
from shoal.control.progress import Standing, standings
from shoal.control.reconcile import reconcile
from shoal.control.scheduled import skipped
from shoal.control.transitions import transitions
from shoal.drivers.driver import Driver
from shoal.errors import StateDamaged
from shoal.model.app import Probes
from shoal.model.desired import Desired
from shoal.model.event import Event
from shoal.model.observed import Instance, Observed
from shoal.model.plan import Plan, Publish
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Workload

# A look at everything even though nothing woke the loop.
PERIOD = 20.0
# How long a lap that is due waits for more to happen, at most.
LONGEST_JOINING = 0.1
ENDS = ("exited", "stopped", "done", "failed")

Snapshotter = Callable[[Desired, Observed, frozenset[str]], Snapshot | None]
BuiltCheck = Callable[[Desired], frozenset[str]]


class Loop:
    """Keeps one environment as `desired` says. `snapshot` makes the mesh's configuration (None: no mesh). Before
    `looked` is set nobody knows what runs: `observed` is empty. While `held` it looks and does nothing."""

    def __init__(
        self, driver: Driver, journal: Journal, *, build: Builder, built: BuiltCheck, snapshot: Snapshotter
    ) -> None:
        self._driver, self._journal, self._built, self._snapshot = driver, journal, built, snapshot
        self._woken = asyncio.Event()
        self.health = Health(driver, self.wake)
        self.executor = Executor(driver, build, self.wake, self.report)
        self.desired = Desired(app="")
        self.steer: Callable[[Desired, Observed], Desired] = lambda desired, observed: desired
        self.held = False
        self.observed = Observed()
        self.laps = asyncio.Condition()
        self.looked = asyncio.Event()
        self._plan = Plan()
        self._considered: Desired | None = None
        self._effective = Desired(app="")
        self._looked = time.time()
        self._damage = ""
        self._cost = 0.0
        self._stood: tuple[Desired, Observed, tuple[Standing, ...]] | None = None
        self._blamed: dict[str, str] = {}

    def wake(self) -> None:
        self._woken.set()

    def report(self, kind: str, subject: str, text: str) -> None:
        known = {i.id: i for i in self.observed.instances}
        instance = known.get(subject)
        workload = instance.workload if instance else subject
        self._journal.add([Event(time.time(), kind, workload, text, subject if instance else "")])

    async def run(self) -> None:
        """Never returns; cancel it to let go of everything as it is."""
        await self._driver.open(self.wake)
        try:
            self.observed = await self._look()
            self.health.resume(self._readiness())
            self._follow()
            await self.health.first_answers(3.0)
            # What was found running is not news; what ended meanwhile is.
            self.observed = await self._look()
            self._journal.add(self._missed())
            self.looked.set()
            while True:
                self._woken.clear()
                plan = await self.lap()
                await self._sleep(plan)
        finally:
            await self.health.close()
            await self.executor.cancel()
            await self._driver.close()

    def _readiness(self) -> dict[str, bool]:
        """What those that were ready once were at last."""
        told = (event for event in self._journal.events if event.kind in ("ready", "unready"))
        return {event.instance: event.kind == "ready" for event in told if event.instance}

    def _missed(self) -> list[Event]:
        """Ends that came while nobody watched, and aren't in the journal."""
        told = {event.instance for event in self._journal.events if event.kind in ENDS}
        ended = tuple(i for i in self.observed.instances if not i.alive and i.id not in told)
        return transitions(Observed(), Observed(instances=ended), time.time())

    async def lap(self) -> Plan:
        """Exactly one round."""
        begun = time.perf_counter()
        wanted = self.desired
        await self.observe()
        plan, snapshot = self._decide()
        self._plan, self._considered = plan, wanted
        self.executor.submit(plan.ready(), self._effective, snapshot)
        async with self.laps:
            self.laps.notify_all()
        self._cost = time.perf_counter() - begun
        return plan

    def _decide(self) -> tuple[Plan, Snapshot | None]:
        """What to do now; nothing while the state is damaged in a part that is needed for it."""
        if self.held:
            return Plan(), None
        try:
            plan = self._plan_of(self._effective)
        except StateDamaged as problem:
            if str(problem) != self._damage:
                self.report("damaged", "state", str(problem))
            self._damage = str(problem)
            return Plan(), None
        self._damage = ""
        return plan

    def plan_for(self, desired: Desired) -> tuple[Plan, Snapshot | None]:
        """What would be done for `desired` now, without doing it."""
        return self._plan_of(self.steer(desired, self.observed))

    def _plan_of(self, desired: Desired) -> tuple[Plan, Snapshot | None]:
        observed = msgspec.structs.replace(self.observed, artifacts=self._built(desired))
        now = time.time()
        going = frozenset(leaving(desired, observed, now))
        snapshot = self._snapshot(desired, observed, going | aside(observed))
        return reconcile(desired, observed, snapshot, now=now), snapshot

    def standings(self) -> tuple[Standing, ...]:
        """How everything stands; whoever asks between two laps is told the same."""
        if self._stood is None or self._stood[0] is not self.desired or self._stood[1] is not self.observed:
            self._stood = self.desired, self.observed, standings(self.desired, self.observed, time.time())
        return self._stood[2]

    @property
    def current(self) -> bool:
        """Whether the last lap began after what is wanted now came to be wanted: before, what failed of something else
        would be told of it."""
        return self._considered is self.desired

    @property
    def at_rest(self) -> bool:
        """Whether the last lap found nothing to do for what is wanted now."""
        return not self._plan.operations and not self.executor.busy and not self._woken.is_set()

    @property
    def published(self) -> bool:
        """Whether the mesh has what is wanted now."""
        waiting = any(isinstance(operation, Publish) for operation in self._plan.operations)
        return not (waiting or self.executor.busy_with("publish") or self._woken.is_set())

    async def until(self, condition: Callable[[], bool], deadline: float | None = None) -> bool:
        """Wait, lap by lap, until `condition` holds; False when `deadline` seconds passed first."""
        try:
            async with asyncio.timeout(deadline), self.laps:
                await self.laps.wait_for(condition)
        except TimeoutError:
            return False
        return True

    async def observe(self) -> None:
        """Looks, and tells what has happened since the last look."""
        seen = await self._look()
        before, self.observed = self.observed, seen
        now = time.time()
        self._journal.add(transitions(before, self.observed, now))
        self._journal.add(skipped(self.desired, self.observed, self._looked, now))
        self._looked = now
        self._follow()

    async def _look(self) -> Observed:
        instances = self.executor.refusals.with_these(await self._driver.observe())
        self.executor.mesh_is(next((i.id for i in instances if i.kind == "mesh" and i.alive), ""))
        return Observed(
            instances=self._explained(self.health.judge(instances)),
            artifacts=self._built(self.desired),
            broken_builds=dict(self.executor.broken_builds),
            data=self._driver.data(),
            published=self.executor.published,
            mesh_version=self.executor.mesh_version,
            abreast=self._driver.capabilities.abreast,
        )

    def _explained(self, instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
        """One that was stopped because of what its probes said ended for that reason."""
        said = {i.id: i.reason if i.alive and i.stuck else self._blamed.get(i.id, "") for i in instances}
        self._blamed = {name: reason for name, reason in said.items() if reason}
        return tuple(
            msgspec.structs.replace(i, reason=self._blamed[i.id]) if not i.alive and i.id in self._blamed else i
            for i in instances
        )

    def _follow(self) -> None:
        self._effective = self.steer(self.desired, self.observed)
        self.health.follow(self.observed.instances, self._probes, self._warmup)

    def _probes(self, instance: Instance) -> Probes:
        workload = self._meant(instance)
        return workload.probes if workload else Probes()

    def _warmup(self, instance: Instance) -> tuple[str, ...]:
        workload = self._meant(instance)
        return workload.warmup if workload else ()

    def _meant(self, instance: Instance) -> Workload | None:
        """The workload in the instance's own revision, as far as that is known."""
        track = self._effective.track(instance.workload, instance.revision)
        return track or self._effective.workload(instance.workload)

    async def _sleep(self, plan: Plan) -> None:
        pause = min(PERIOD, max(plan.wake - time.time(), 0.01)) if plan.wake else PERIOD
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with what it waits for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._woken.wait()
        # Three hundred ends are no three hundred laps: others may join, the longer the dearer a lap is.
        await asyncio.sleep(min(self._cost, LONGEST_JOINING))

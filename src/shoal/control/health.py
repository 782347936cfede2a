"""Health: asks the probes of every running instance, and keeps what their answers say."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterable, Mapping

from shoal.control import warming
from shoal.control.asking import Asking, Inside
from shoal.control.judgement import Judgement, after_first, after_live, after_ready, askable, first, judged, resumed
from shoal.model.app import Probe, Probes
from shoal.model.observed import Instance

# One that has no probe to ask counts as ready when it has lived this long: many that fail do so at once.
STEADY = 0.5
# While an instance starts it is asked often, so that nobody waits for a probe's period: a small share of the time that
# its start has taken so far.
EAGER, EAGER_LONGEST, EAGER_SHARE = 0.02, 0.15, 0.05
# Later, one that takes minutes to start is asked less often.
# One that was ready and is not: how soon it is asked again.
SOON = 0.5
PATIENT_AFTER, PATIENT = 20.0, 1.0
# How much one is warmed up while another serves: so many requests, or for so many seconds.
WARMING, WARMING_LONGEST = 200, 3.0

READY = Judgement(started=True, ready=True)


class Health:
    """`follow` keeps one task per instance; `wake` is called when a verdict changes."""

    def __init__(
        self,
        inside: Inside,
        wake: Callable[[], None],
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._asking = Asking(inside)
        self._wake = wake
        self._clock, self._ticks = clock, ticks
        self._born: dict[str, float] = {}
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._judgements: dict[str, Judgement] = {}
        self._asked: set[str] = set()
        self._serving: frozenset[str] = frozenset()
        self._were: Mapping[str, bool] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def resume(self, ready: Mapping[str, bool]) -> None:
        """Which instances another one before us has seen start, and whether they were ready at last: they are what they
        were until they have said otherwise as often as anybody has to."""
        self._were = ready

    def judge(self, instances: Iterable[Instance]) -> tuple[Instance, ...]:
        """The instances with the phases that their probes gave them."""
        return tuple(judged(i, self._judgements.get(i.id, Judgement())) for i in instances)

    def follow(
        self,
        instances: Iterable[Instance],
        probes: Callable[[Instance], Probes],
        warmup: Callable[[Instance], tuple[str, ...]] = lambda instance: (),
    ) -> None:
        """Ask the probes of these, and of no others; `warmup` are the paths by which one is warmed up."""
        instances = tuple(instances)
        self._serving = frozenset(i.workload for i in instances if i.phase == "ready")
        alive = {i.id: i for i in instances if i.kind != "job" and i.phase in ("starting", "ready", "unready")}
        for gone in set(self._tasks) - set(alive):
            self._drop(gone)
        for name, instance in alive.items():
            if name not in self._tasks:
                self._begin(instance, askable(probes(instance), instance), warmup(instance))

    async def first_answers(self, deadline: float) -> None:
        """Wait until each followed instance has been asked once, `deadline` seconds at most: a daemon that comes back
        must not take what runs for unready only because it hasn't asked."""
        end = time.monotonic() + deadline
        while set(self._tasks) - self._asked and time.monotonic() < end:  # noqa: ASYNC110 once, at a daemon's start
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        for name in list(self._tasks):
            self._drop(name)
        await asyncio.gather(*self._leaving, return_exceptions=True)

    def _begin(self, instance: Instance, probes: Probes, warmup: tuple[str, ...]) -> None:
        self._age(instance)  # known from now on, whoever sets the clock during the first question
        if first(probes) is None and probes.live is None and self._unsteady(instance) <= 0:
            self._asked.add(instance.id)
            self._tasks[instance.id] = []
            self._set(instance.id, READY)
            return
        if instance.id in self._were:
            self._judgements[instance.id] = resumed(probes, ready=self._were[instance.id])
        task = asyncio.create_task(self._watch(instance, probes, warmup), name=f"probe {instance.id}")
        self._tasks[instance.id] = [task]

    def _unsteady(self, instance: Instance) -> float:
        """Seconds until an instance without a probe counts as ready. The mesh has to accept a configuration first."""
        return 0.0 if instance.kind == "mesh" else STEADY - self._age(instance)

    def _age(self, instance: Instance) -> float:
        """Seconds since its start: by the clock when it was first seen, from then on by one that nobody sets."""
        if instance.id not in self._born:
            self._born[instance.id] = self._ticks() - max(0.0, self._clock() - instance.started)
        return self._ticks() - self._born[instance.id]

    def _drop(self, name: str) -> None:
        for task in self._tasks.pop(name):
            task.cancel()
            # What it asks by (a command) has to be ended, too, and that takes a moment.
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
        self._asking.forget(name)
        self._judgements.pop(name, None)
        self._born.pop(name, None)
        self._asked.discard(name)

    def _set(self, name: str, judgement: Judgement) -> None:
        before = self._judgements.get(name, Judgement())
        self._judgements[name] = judgement
        if (before.ready, before.stuck, before.started) != (judgement.ready, judgement.stuck, judgement.started):
            self._wake()

    async def _watch(self, instance: Instance, probes: Probes, warmup: tuple[str, ...]) -> None:
        known = instance.id in self._judgements
        if not known:
            await self._until_started(instance, probes, warmup)
        async with asyncio.TaskGroup() as group:
            if probes.ready:
                group.create_task(self._keep_asking(instance, probes.ready, after_ready, at_once=known))
            if probes.live:
                group.create_task(self._keep_asking(instance, probes.live, after_live, at_once=known))

    async def _until_started(self, instance: Instance, probes: Probes, warmup: tuple[str, ...]) -> None:
        probe = first(probes)
        if probe is None:
            await asyncio.sleep(self._unsteady(instance))
            self._asked.add(instance.id)
            self._set(instance.id, READY)
            return
        while not self._judgements.get(instance.id, Judgement()).started:
            begun = time.monotonic()
            problem = await self._ask(instance, probe)
            took = time.monotonic() - begun
            before = self._judgements.get(instance.id, Judgement())
            # One that says yes at once may have run, and served, before this daemon came.
            if before.misses and not problem:
                await self._warm(instance, warmup)
            age = self._age(instance)
            self._set(instance.id, after_first(probes, before, problem, age))
            if problem:
                # A question that is dear (a command) is asked half of the time at most.
                await asyncio.sleep(max(_pause(age), took))

    async def _warm(self, instance: Instance, paths: tuple[str, ...]) -> None:
        """Only while somebody else serves; and where one has crashed its successor is wanted at once."""
        if paths and not instance.failures and instance.workload in self._serving:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WARMING_LONGEST):
                    await warming.ask(instance, paths, WARMING)

    async def _keep_asking(
        self, instance: Instance, probe: Probe, conclude: Callable[[Probe, Judgement, str], Judgement], *, at_once: bool
    ) -> None:
        # Once it isn't followed any more, our cancellation is on its way.
        while instance.id in self._tasks:
            if not at_once:
                await asyncio.sleep(_until_next(probe, self._judgements[instance.id]))
            at_once = False
            problem = await self._ask(instance, probe)
            if instance.id in self._tasks:
                self._set(instance.id, conclude(probe, self._judgements[instance.id], problem))

    async def _ask(self, instance: Instance, probe: Probe) -> str:
        answer = await self._asking.ask(probe, instance)
        self._asked.add(instance.id)
        return answer


def _until_next(probe: Probe, before: Judgement) -> float:
    """Seconds until one that has started is asked again."""
    soon = not before.ready and not before.stuck
    return min(probe.every, SOON) if soon else probe.every * random.uniform(0.9, 1.1)


def _pause(age: float) -> float:
    """Until the next question to an instance that has been starting for so long."""
    return PATIENT if age > PATIENT_AFTER else min(max(age * EAGER_SHARE, EAGER), EAGER_LONGEST)

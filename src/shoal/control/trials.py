"""Trials of canaries: reads the mesh's numbers, asks where traffic is thin, and keeps what is known of each step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from shoal.control.judging import Ruling, Trial, judge
from shoal.control.probe import fetch
from shoal.control.stages import in_force, staged
from shoal.control.thin import own_due, own_path
from shoal.errors import ShoalError
from shoal.mesh.links import all_links
from shoal.mesh.numbers import ANSWERS, LATENCIES, Reading, reading, since
from shoal.mesh.tracks import canary, is_new
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.release import Orders, Stage
from shoal.model.sample import Sample, measured, total
from shoal.model.workload import Workload

# A request of our own that takes longer has failed.
PATIENCE = 5.0


class Mesh(Protocol):
    async def numbers(self, target: str) -> str: ...


class Watched(msgspec.Struct, frozen=True):
    """The trial of one step, and when it was last looked at."""

    stage: Stage
    looked: float
    trial: Trial = Trial()
    ruling: Ruling = Ruling("going", "it has just begun")


class Trials:
    """`asks` tells of which services shoal asks something by itself, and what."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._reading: Reading | None = None
        self._watched: dict[str, Watched] = {}
        self.asks: dict[str, str] = {}

    def rulings(self) -> dict[str, Ruling]:
        return {name: watched.ruling for name, watched in self._watched.items()}

    async def look(self, desired: Desired, observed: Observed, orders: Orders, now: float) -> None:
        """With what came since the last look; to be called about once a second."""
        judged = {name: orders.stages.get(name, Stage()) for name in staged(desired)}
        judged = {n: s for n, s in judged.items() if s.since and weighed(desired, n) and in_force(n, desired, observed)}
        self._watched = {n: w for n, w in self._watched.items() if judged.get(n) == w.stage}
        self.asks = {n: text for n, text in self.asks.items() if n in judged}
        samples = await self._samples() if judged else {}
        for name, stage in judged.items():
            before = self._watched.get(name, Watched(stage, now))
            self._watched[name] = await self._looked(name, before, desired, observed, samples, now)

    async def _samples(self) -> dict[str, Sample]:
        """Of each cluster, since the last reading."""
        try:
            found = reading(await self._mesh.numbers(ANSWERS), await self._mesh.numbers(LATENCIES))
        except ShoalError:
            return {}  # the mesh is just coming back
        before, self._reading = self._reading, found
        return since(before, found) if before else {}

    async def _looked(
        self,
        name: str,
        before: Watched,
        desired: Desired,
        observed: Observed,
        samples: Mapping[str, Sample],
        now: float,
    ) -> Watched:
        workload = desired.workload(name)
        assert workload is not None and workload.strategy.analysis is not None
        analysis, elapsed = workload.strategy.analysis, now - before.stage.since
        old, new = _asked(name, desired, samples)
        due = own_due(before.trial, analysis, elapsed, now - before.looked)
        path = own_path(analysis, workload.probes)
        mine = Sample(), Sample()
        if due and path:
            self.asks[name] = f"traffic is thin: shoal asks GET {path} itself, {analysis.own:g} times a second of each"
            mine = await _ask_both(desired, observed.of(name), workload, path, due)
        trial = before.trial.after(old, new, analysis, *mine)
        lasts = workload.strategy.steps[before.stage.step].hold or 0.0
        ruling = judge(trial, analysis, elapsed, lasts)
        if ruling.state == "going" and elapsed >= lasts and not (path and analysis.own):
            ruling = Ruling("pass", f"its time is up, and nobody asks: {ruling.why}")
        return Watched(before.stage, now, trial, ruling)


def weighed(desired: Desired, name: str) -> bool:
    """Whether its step has requests to judge by, and a time in which to do so."""
    workload, rollout = desired.workload(name), desired.rollouts[name]
    return bool(rollout.weight) and workload is not None and workload.strategy.analysis is not None


def _asked(name: str, desired: Desired, samples: Mapping[str, Sample]) -> tuple[Sample, Sample]:
    """What people asked of the stable instances and of the new ones, on all ways there."""
    links = [link for link in all_links(desired) if link.callee == name]
    old = total(samples.get(link.name, Sample()) for link in links)
    return old, total(samples.get(canary(link).name, Sample()) for link in links)


async def _ask_both(
    desired: Desired, instances: Iterable[Instance], workload: Workload, path: str, count: int
) -> tuple[Sample, Sample]:
    """`count` requests to each of the two, spread over their instances, within a second."""
    ready = [i for i in instances if i.phase == "ready"]
    tracks = ([i for i in ready if not is_new(desired, i)], [i for i in ready if is_new(desired, i)])
    port = _port(workload)
    found = await asyncio.gather(
        *(_ask([i.endpoints[port] for i in t if port in i.endpoints], path, count) for t in tracks)
    )
    return found[0], found[1]


def _port(workload: Workload) -> str:
    ready = workload.probes.ready
    return (ready.port if ready else "") or next((p.name for p in workload.ports if p.protocol == "http"), "")


async def _ask(endpoints: list[Endpoint], path: str, count: int) -> Sample:
    if not endpoints:
        return Sample()
    taken = await asyncio.gather(
        *(_once(endpoints[n % len(endpoints)], path, n / count) for n in range(count)), return_exceptions=True
    )
    answers = [found for found in taken if isinstance(found, tuple)]
    failures = sum(failed for _, failed in answers)
    return measured((took for took, _ in answers), failures, len(taken) - len(answers))


async def _once(endpoint: Endpoint, path: str, after: float) -> tuple[float, bool]:
    """Seconds, and whether the answer was a failure. Raises OSError, TimeoutError."""
    await asyncio.sleep(after)
    begun = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        line = await fetch(endpoint, path)
    status = line.split()[1:2]
    return time.perf_counter() - begun, bool(status) and status[0].startswith(b"5")

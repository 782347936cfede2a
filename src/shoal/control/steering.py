"""Brings a release to its end: notes what ran whole, takes back what failed, goes from step to step of a strategy."""

from __future__ import annotations

import asyncio

from shoal.control.environment import Environment
from shoal.control.releases import Release
from shoal.control.rollout import Verdict
from shoal.control.stages import told
from shoal.errors import UsageError
from shoal.model.plan import Build
from shoal.model.release import Failure

# Before what could not be written down is tried again.
FULL_DISK = 5.0
STAGES_EVERY = 1.0


class Steering:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._loop, self._rollouts = environment.loop, environment.rollouts

    async def conclude(self) -> None:
        """Whatever a release comes to. Never returns."""
        while True:
            await self._loop.until(lambda: self._rollouts.concluded() is not None)
            found = self._rollouts.concluded()
            try:
                if found is not None:
                    self._end(found)
            except OSError as problem:
                await self._refused(problem)

    async def advance(self) -> None:
        """From step to step. Never returns."""
        while True:
            await self._loop.until(lambda: self._rollouts.has_stages)
            try:
                await self._step()
            except OSError as problem:
                await self._refused(problem)
            await asyncio.sleep(STAGES_EVERY)

    async def _step(self) -> None:
        failure = await self._rollouts.judged()
        if not self._rollouts.under_way:
            return  # it has ended while it was looked at
        if failure is not None:
            self.take_back(failure)
        elif release := self._rollouts.advanced():
            for name, ruling in self._rollouts.trials.rulings().items():
                if ruling.state == "pass":
                    self._loop.report("judged", name, ruling.why)
            self.order(release)

    async def _refused(self, problem: OSError) -> None:
        self._loop.report("damaged", "releases", f"{problem.filename}: {problem.strerror}")
        await asyncio.sleep(FULL_DISK)

    def order(self, release: Release) -> None:
        """The same wish, with another word on its rollout."""
        before = self._environment.running().wanted.orders
        self._environment.releases.save(release)
        for name, text in told(self._loop.desired, before, release.wanted.orders):
            self._loop.report("step", name, text)
        self._loop.wake()

    def _end(self, found: Verdict) -> None:
        if found.state == "done":
            news = self._rollouts.under_way and not self._environment.running().wanted.returned
            self._environment.want(self._rollouts.done())
            if news:
                number = self._environment.running().wanted.number
                self._loop.report("rolled out", self._loop.desired.app, f"release {number}")
            return
        s = found.standing
        assert s is not None
        self.take_back(Failure(s.why, s.workload, s.owner, s.error, s.instance))

    def take_back(self, why: Failure) -> None:
        """Want the stable release again in place of the present one."""
        number = self._environment.running().wanted.number
        back = self._rollouts.back(why)
        text = f"release {number} failed, release {back.wanted.again} is wanted again: {why.why}"
        self._loop.report("returned", why.workload or self._loop.desired.app, text)
        self._environment.want(back)

    def roll_back(self, release: Release) -> None:
        """Want an earlier release again, or a service of it. Raises `UsageError` where that can't be."""
        desired = self._environment.desired_of(release)
        builds = [op for op in self._environment.plan(desired).operations if isinstance(op, Build)]
        if builds:
            what = f"{builds[0].id.removeprefix('build ')} of that release is gone: its build was deleted"
            raise UsageError(what, hint="Check its source out and say: shoal up")
        self._environment.want(release, desired)

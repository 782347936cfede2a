"""Trains what gains by it, once the app is at rest: in an environment of its own below the app's state, cleared away
afterwards. A part of the engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from shoal.build.training import adopt, is_trained
from shoal.control.environment import Environment
from shoal.control.loop import Loop
from shoal.control.training import clear, practise
from shoal.desired.training import Training, practice, trainings
from shoal.drivers.driver import Driver
from shoal.drivers.process.launch import end_keeper
from shoal.errors import ShoalError

# A driver and a loop for a state folder.
Make = Callable[[Path], tuple[Driver, Loop]]


class Trainer:
    """`report` tells events (kind, service, text). A training that failed isn't tried again by this daemon."""

    def __init__(
        self, environment: Environment, state: Path, cache: Path, make: Make, report: Callable[[str, str, str], None]
    ) -> None:
        self._environment, self._state, self._cache = environment, state / "training", cache
        self._make, self._report = make, report
        self._tried: set[str] = set()

    async def run(self) -> None:
        """For ever: wait for rest, train what isn't trained. Cancelling it leaves nothing running."""
        if self._state.exists():
            await self._clear_old()
        while True:
            await self._environment.loop.until(lambda: self._environment.settled() and bool(self._due()))
            for training in self._due():
                await self._train(training)

    def _due(self) -> list[Training]:
        release = self._environment.release
        if release is None or release.wanted.down or release.wanted.watch:
            return []  # what is edited every minute isn't worth it
        found = trainings(release.wanted.app, release.inputs)
        fresh = [t for t in found if t.key not in self._tried and t.key in self._environment.loop.observed.artifacts]
        return [t for t in fresh if not is_trained(self._cache, t.key, t.train)]

    async def _train(self, training: Training) -> None:
        self._tried.add(training.key)
        release = self._environment.running()
        self._report("training", training.service, "in the background: its next starts will be faster")
        driver, loop = self._make(self._state)
        try:
            desired = practice(release.wanted.app, release.inputs, training)
            await practise(loop, driver, desired, training)
        except ShoalError as problem:
            self._report("untrained", training.service, f"its starts stay slower: {problem.what}")
            return
        finally:
            self._forget()
        taken = adopt(self._cache, training.key, training.train)
        text = "its next starts will be faster" if taken else "the run wrote no cache; its starts stay slower"
        self._report("trained" if taken else "untrained", training.service, text)

    async def _clear_old(self) -> None:
        """A daemon was killed while it trained."""
        driver, loop = self._make(self._state)
        try:
            await clear(loop, driver)
        except ShoalError as problem:
            self._report("untrained", "", str(problem))
        self._forget()

    def _forget(self) -> None:
        if self._state.exists():
            end_keeper(self._state)
            shutil.rmtree(self._state, ignore_errors=True)

"""Chaos: begins what is disturbed on purpose, and ends it in time, whoever has gone meanwhile.

What is under way stands in the overrides, with its end. So a daemon that comes back ends what is over, and nothing else
has to live on for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterable

from shoal.control.aim import aimed, check_free
from shoal.control.environment import Environment
from shoal.control.wishes import begun, over
from shoal.drivers.driver import Driver
from shoal.errors import ShoalError
from shoal.model.disturbance import Disturbance, Wish

# Before what could not be written down is tried again.
FULL_DISK = 5.0


class Chaos:
    def __init__(self, environment: Environment, driver: Driver) -> None:
        self._environment, self._driver, self._loop = environment, driver, environment.loop

    @property
    def present(self) -> tuple[Disturbance, ...]:
        release = self._environment.release
        return release.wanted.overrides.chaos if release is not None and not release.wanted.down else ()

    async def begin(self, wish: Wish) -> Disturbance:
        """Raises `UsageError`, `Busy`, `DriverFailed`; nothing is disturbed then."""
        self._environment.running()
        one = aimed(wish, self._loop.desired, self._loop.observed, time.time())
        check_free(one, self.present)
        if one.kind != "kill":
            # Written down before it is done: an end without a beginning does no harm.
            self._environment.override(begun(one))
        self._tell(one, f"{one.kind} {one.target}")
        try:
            await self._do(one)
        except BaseException:
            await self.end([one])
            raise
        return one

    async def end(self, ended: Iterable[Disturbance]) -> None:
        """Undone first, then no longer written down."""
        asked = [one for one in ended if one in self.present]
        for one in asked:
            await self._undo(one)
        gone = [one for one in asked if one in self.present]  # nobody else has ended it meanwhile
        if gone:
            self._environment.override(over(gone))
        for one in gone:
            self._tell(one, f"{one.kind} {one.target} is over")

    async def run(self) -> None:
        """Ends what is over. Never returns."""
        await self._loop.looked.wait()
        seen: tuple[Disturbance, ...] = ()
        while True:
            for one in seen:
                if one not in self.present:
                    await self._undo(one)  # `down` forgot it
            seen = self.present
            try:
                await self.end([one for one in seen if one.until <= time.time()])
            except OSError as problem:
                self._loop.report("damaged", "release.json", f"{problem.filename}: {problem.strerror}")
                await asyncio.sleep(FULL_DISK)
                continue
            await self._until_next(seen)

    async def _until_next(self, seen: tuple[Disturbance, ...]) -> None:
        left = [one.until - time.time() for one in self.present]
        patience = max(0.0, min(left)) if left else None
        await self._loop.until(lambda: self.present != seen, patience)

    async def healed(self, one: Disturbance, deadline: float) -> bool:
        """Whether it was over, and all as it should be, within so many seconds."""
        return await self._loop.until(lambda: self._is_over(one) and self._environment.settled(), deadline)

    def _is_over(self, one: Disturbance) -> bool:
        alive = {i.id for i in self._loop.observed.instances if i.alive}
        if one.kind == "kill":
            return not alive & set(one.instances)
        return one not in self.present and self._loop.current

    async def _do(self, one: Disturbance) -> None:
        number = {"kill": signal.SIGKILL, "pause": signal.SIGSTOP}.get(one.kind)
        for instance in one.instances:
            if number is not None:
                await self._driver.signal(instance, number)
            else:
                await self._driver.fill(instance, full=True)

    async def _undo(self, one: Disturbance) -> None:
        """Of those that are still there: who ended meanwhile has nothing to be undone."""
        for instance in one.instances:
            with contextlib.suppress(ShoalError):
                if one.kind == "pause":
                    await self._driver.signal(instance, signal.SIGCONT)
                elif one.kind == "fill":
                    await self._driver.fill(instance, full=False)

    def _tell(self, one: Disturbance, text: str) -> None:
        for subject in one.instances or [one.links[0][1] or one.links[0][0]]:
            self._loop.report("chaos", subject, text)

"""One instance as the driver follows it, from its fork to the end of its last process."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import select
from collections.abc import Callable

from shoal.drivers.process.census import Leader, ticks
from shoal.drivers.process.records import Spec
from shoal.errors import DriverFailed
from shoal.model.observed import Instance


class Tracked:
    """`gone` is set when the leader has ended, `noted` when its exit code is on disk or will never be, `done` when
    nothing of the instance is left. `deadline` (of the loop's clock) is when what still runs gets SIGKILL.
    `blame` is why we ended it ourselves, unasked."""

    def __init__(self, spec: Spec, instance: Instance, start: int = 0) -> None:
        self.spec = spec
        self.instance = instance
        self.gone = asyncio.Event()
        self.noted = asyncio.Event()
        self.done = asyncio.Event()
        self.asked = False
        self.killed = False
        self.kept = False
        self.code: int | None = None
        self.blame = ""
        self.problem: DriverFailed | None = None
        self.ending: asyncio.Task[None] | None = None
        self.deadline = math.inf
        self._limit: asyncio.Timeout | None = None
        self._start = start
        self._ended = 0
        self._pidfd = -1

    @property
    def id(self) -> str:
        return self.instance.id

    @property
    def leader(self) -> Leader:
        return Leader(self.instance.pid, self._start, self._ended)

    def watch(self, pidfd: int, ended: Callable[[Tracked], None]) -> None:
        """Calls `ended` from the loop when the leader ends; at once if it has ended, and only waits to be reaped."""
        self._pidfd = pidfd
        asyncio.get_running_loop().add_reader(pidfd, self._leader_ended, ended)
        if _readable(pidfd):
            self._leader_ended(ended)

    def _leader_ended(self, ended: Callable[[Tracked], None]) -> None:
        self._ended = ticks()
        self.let_go()
        self.gone.set()
        ended(self)

    def was_gone(self) -> None:
        """It ended while nobody watched."""
        self._ended = -1
        self.gone.set()
        self.noted.set()

    def let_go(self) -> None:
        if self._pidfd >= 0:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def hurry(self, deadline: float) -> None:
        """Brings the deadline nearer, never farther."""
        self.deadline = min(self.deadline, deadline)
        if self._limit and not self._limit.expired():
            self._limit.reschedule(self.deadline)

    async def exit_noted(self, patience: float) -> None:
        """Returns when the exit code is known, or after `patience` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.noted.wait()

    async def leader_or_deadline(self) -> None:
        """Returns when the leader has ended, or its time is over."""
        try:
            async with asyncio.timeout_at(self.deadline) as self._limit:
                await self.gone.wait()
        except TimeoutError:
            pass
        finally:
            self._limit = None


def _readable(descriptor: int) -> bool:
    poll = select.poll()  # select() takes no descriptor above 1023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))

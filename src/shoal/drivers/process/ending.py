"""Bringing an instance to its end: the signal, the grace, then SIGKILL, until no process of it is left."""

from __future__ import annotations

import asyncio
import signal
import time

from shoal.drivers.process.census import Census, Process, Registrar, send
from shoal.drivers.process.groups.groups import Groups
from shoal.drivers.process.tracked import Tracked
from shoal.errors import DriverFailed

FIRST_LOOK = 0.01
LONGEST_LOOK = 0.2
UNKILLABLE = 20.0
"""Seconds after SIGKILL at which a process is given up as stuck in the kernel."""


Name = tuple[int, int]
"""Pid and start time: what stays the same of a process."""


class Looks:
    """Censuses, shared by all who ask at about the same time: three hundred stops are no three hundred looks."""

    def __init__(self, registrar: Registrar) -> None:
        self._registrar = registrar
        self._next: asyncio.Task[Census] | None = None
        self._cost = 0.0

    async def fresh(self) -> Census:
        """A census taken after this call."""
        if self._next is None:
            self._next = asyncio.create_task(self._take(), name="census")
        return await asyncio.shield(self._next)

    def now(self) -> Census:
        before = time.perf_counter()
        census = self._registrar.take()
        self._cost = time.perf_counter() - before
        return census

    async def close(self) -> None:
        if self._next:
            await asyncio.wait([self._next])

    async def _take(self) -> Census:
        # Others may join until the look is taken; the dearer it is, the longer.
        await asyncio.sleep(self._cost)
        self._next = None
        return self.now()


async def end(tracked: Tracked, looks: Looks, groups: Groups) -> None:
    """Ends what is left of an instance: asks while there is time (`tracked.deadline`), then kills. Raises
    DriverFailed when something can't be killed."""
    asked: set[Name] = set()
    if not tracked.gone.is_set() and _time_left(tracked):
        asked |= _ask((await looks.fresh()).group(tracked.leader), _signal(tracked))
        await tracked.leader_or_deadline()
    await _sweep(tracked, looks, groups, asked)


async def _sweep(tracked: Tracked, looks: Looks, groups: Groups, asked: set[Name]) -> None:
    """What is left besides (or without) the leader: asked once each, killed after the deadline."""
    pause = FIRST_LOOK
    while members := (await looks.fresh()).members(tracked.id, tracked.leader):
        left = _time_left(tracked)
        if left:
            asked |= _ask([m for m in members if (m.pid, m.start) not in asked], _signal(tracked))
        else:
            _kill(tracked, members)
            groups.of(tracked.id).kill()
        await asyncio.sleep(min(pause, left or pause))
        pause = min(pause * 1.5, LONGEST_LOOK)


def _ask(members: list[Process], number: signal.Signals) -> set[Name]:
    """One that is stopped goes on, to hear it (as systemd does)."""
    asked = {(member.pid, member.start) for member in members if send(member, number)}
    for member in members:
        send(member, signal.SIGCONT)
    return asked


def _kill(tracked: Tracked, members: list[Process]) -> None:
    if -tracked.deadline + asyncio.get_running_loop().time() > UNKILLABLE:
        pids = ", ".join(str(member.pid) for member in members)
        raise DriverFailed(f"{tracked.id} can't be killed: the kernel holds {pids}")
    tracked.killed = tracked.killed or not tracked.gone.is_set()
    _ask(members, signal.SIGKILL)


def _time_left(tracked: Tracked) -> float:
    return max(0.0, tracked.deadline - asyncio.get_running_loop().time())


def _signal(tracked: Tracked) -> signal.Signals:
    try:
        return signal.Signals[tracked.spec.stop.signal]
    except KeyError:
        return signal.SIGTERM

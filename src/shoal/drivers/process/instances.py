"""The instances of one state folder while a driver has it open: adopted or new, and how each comes to its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator

import msgspec

from shoal.drivers.process import records
from shoal.drivers.process.adoption import Found, survey
from shoal.drivers.process.census import Registrar, send
from shoal.drivers.process.conclusion import conclude
from shoal.drivers.process.ending import Looks, end
from shoal.drivers.process.groups.groups import Groups
from shoal.drivers.process.records import Exit
from shoal.drivers.process.state import State
from shoal.drivers.process.tracked import Tracked
from shoal.errors import DriverFailed
from shoal.model.observed import Instance

LEFTOVERS = 5.0
"""Seconds that what a dead leader left behind may take to end, at most."""
NOTED = 2.0
"""Seconds to wait for the keeper's word on an exit code."""


class Instances:
    """`starting` are those that have no process yet, by id; `errands` those that nobody else is to see, by id, each
    with what is set when it is over."""

    def __init__(self, state: State, groups: Groups, clock: Callable[[], float]) -> None:
        self._state = state
        self._groups = groups
        self._clock = clock
        self._wake: Callable[[], None] = lambda: None
        self._looks: Looks | None = None
        self._tracked: dict[str, Tracked] = {}
        self.starting: dict[str, Instance] = {}
        self.errands: dict[str, asyncio.Event] = {}

    def open(self, wake: Callable[[], None], kept: frozenset[str]) -> None:
        """Adopts what is on record; `kept` are those whose end the keeper will see. Raises StateDamaged."""
        self._wake = wake
        self._looks = Looks(Registrar(self._state.realm, self._groups.members))
        for found in survey(self._state, self._looks.now()):
            self.adopt(found, kept=found.record.id in kept)
        self._groups.sweep(self.recorded())

    async def close(self) -> None:
        """Lets go of all of them."""
        endings = [tracked.ending for tracked in self._tracked.values() if tracked.ending]
        for ending in endings:
            ending.cancel()
        if endings:
            await asyncio.wait(endings)
        for tracked in self._tracked.values():
            tracked.let_go()
        self._tracked.clear()
        if self._looks:
            await self._looks.close()

    # Which there are

    def all(self) -> tuple[Instance, ...]:
        instances = (tracked.instance for name, tracked in self._tracked.items() if name not in self.errands)
        return tuple(sorted(instances, key=lambda instance: (instance.started, instance.id)))

    def alive(self) -> Iterator[Instance]:
        """Those that run, and those that are just being started."""
        yield from (tracked.instance for tracked in self._tracked.values() if tracked.instance.alive)
        yield from self.starting.values()

    def leading(self) -> Iterator[Instance]:
        """Those whose first process runs."""
        return (tracked.instance for tracked in self._tracked.values() if not tracked.gone.is_set())

    def recorded(self) -> set[str]:
        return {*self._tracked, *self.starting}

    def ports(self) -> set[int]:
        return {endpoint.port for instance in self.alive() for endpoint in instance.endpoints.values()}

    def known(self, instance: str) -> Tracked:
        """Raises DriverFailed for an id that nobody has."""
        if instance not in self._tracked:
            raise DriverFailed(f"there is no instance {instance}")
        return self._tracked[instance]

    async def members(self, instances: Iterable[str]) -> dict[str, list[int]]:
        """The pids of each of these; none for those that have ended. Raises DriverFailed."""
        chosen = [self.known(instance) for instance in instances]
        assert self._looks
        census = await self._looks.fresh()
        return {
            tracked.id: [] if tracked.done.is_set() else [p.pid for p in census.members(tracked.id, tracked.leader)]
            for tracked in chosen
        }

    def remove(self, instance: str) -> Instance:
        """Drops an ended one, its record too. Raises DriverFailed."""
        tracked = self.known(instance)
        if tracked.instance.alive:
            raise DriverFailed(f"{instance} still runs")
        self._state.forget(instance)
        self._groups.remove(instance)
        return self._tracked.pop(instance).instance

    async def errands_ended(self) -> None:
        """Returns when all that were under way are over."""
        for over in list(self.errands.values()):
            await over.wait()

    def clear(self) -> None:
        """Forgets all of them. Raises DriverFailed when one runs."""
        if any(self.alive()):
            raise DriverFailed("something still runs", hint="stop it first")
        self._tracked.clear()

    # How they come

    def adopt(self, found: Found, *, kept: bool = False) -> Instance:
        tracked = found.tracked()
        self._tracked[tracked.id] = tracked
        if found.pidfd >= 0:
            tracked.kept = kept
            tracked.watch(found.pidfd, self._leader_ended)
            return tracked.instance
        tracked.was_gone()
        assert self._looks
        if self._looks.now().members(tracked.id, tracked.leader):
            self._leader_ended(tracked)
        else:
            self._conclude(tracked, found.record.exit)
        return tracked.instance

    def follow(self, tracked: Tracked, *, kept: bool = True) -> None:
        """A new one, forked by the keeper (`kept`: it will see the end) or by somebody else a moment ago."""
        self._tracked[tracked.id] = tracked
        tracked.kept = kept
        try:
            tracked.watch(os.pidfd_open(tracked.instance.pid), self._leader_ended)
        except ProcessLookupError:
            # So short a life that the keeper has reaped it already: its exit is on disk.
            tracked.was_gone()
            self._leader_ended(tracked)

    # How they go

    async def stop(self, instance: str, grace: float | None) -> None:
        tracked = self.known(instance)
        if tracked.done.is_set():
            return
        if not tracked.gone.is_set():
            tracked.asked = True
            tracked.instance = msgspec.structs.replace(tracked.instance, phase="stopping")
        patience = tracked.spec.stop.grace if grace is None else grace
        await asyncio.shield(self._ending(tracked, patience))
        if tracked.problem:
            raise tracked.problem

    async def signal(self, instance: str, number: signal.Signals) -> None:
        """To all of it, the leader first: one that is killed has nobody left to end it in order."""
        tracked = self.known(instance)
        assert self._looks
        members = (await self._looks.fresh()).members(tracked.id, tracked.leader)
        for member in sorted(members, key=lambda member: member.pid != tracked.leader.pid):
            send(member, number)

    def limited_on_disk(self) -> list[Tracked]:
        """Those that run and may keep only so much."""
        return [t for t in self._tracked.values() if t.spec.limits.disk and not t.gone.is_set() and not t.blame]

    def condemn(self, tracked: Tracked, why: str) -> None:
        """Ends one that nobody asked to end; `why` is how it ended."""
        if not tracked.asked and not tracked.gone.is_set():
            tracked.blame = why
            tracked.instance = msgspec.structs.replace(tracked.instance, phase="stopping")
            self._ending(tracked, tracked.spec.stop.grace)

    def noted(self, instance: str, code: int) -> None:
        """The keeper's word that a child has ended, and how."""
        if tracked := self._tracked.get(instance):
            tracked.code = code
            tracked.noted.set()

    def keeper_lost(self) -> None:
        """From now on nobody sees exit codes of those that it started."""
        for tracked in self._tracked.values():
            tracked.kept = False
            tracked.noted.set()
        self._wake()

    def _leader_ended(self, tracked: Tracked) -> None:
        tracked.instance = msgspec.structs.replace(tracked.instance, phase="stopping")
        self._ending(tracked, min(tracked.spec.stop.grace, LEFTOVERS))

    def _ending(self, tracked: Tracked, patience: float) -> asyncio.Task[None]:
        """The one task that ends it, told to be done in `patience` seconds at the latest."""
        tracked.hurry(asyncio.get_running_loop().time() + patience)
        if tracked.ending is None or tracked.ending.done():
            tracked.problem = None
            tracked.ending = asyncio.create_task(self._end(tracked), name=f"end {tracked.id}")
        return tracked.ending

    async def _end(self, tracked: Tracked) -> None:
        assert self._looks
        try:
            await end(tracked, self._looks, self._groups)
        except DriverFailed as error:
            tracked.problem = error
            tracked.instance = msgspec.structs.replace(tracked.instance, reason=error.what)
            return
        if tracked.kept:
            await tracked.exit_noted(NOTED)
        self._conclude(tracked, records.read(self._state.instances / tracked.id).exit)

    def _conclude(self, tracked: Tracked, written: Exit | None) -> None:
        starved = self._groups.of(tracked.id).out_of_memory()
        last = conclude(tracked, written, self._clock(), starved)
        if last != written:
            # Not for want of room on the disk is it left in the dark: whoever asks now is told all the same.
            with contextlib.suppress(OSError):
                records.write_exit(self._state.instances / tracked.id, last)
        tracked.instance = msgspec.structs.replace(
            tracked.instance, phase="exited", ended=last.at, exit=last.code, reason=last.reason
        )
        self._groups.remove(tracked.id)
        tracked.done.set()
        self._wake()

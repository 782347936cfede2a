"""The containers of one environment while a driver has it open: adopted or new, and how each comes to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from shoal.drivers.docker import labels, output
from shoal.drivers.docker.connection import UNREACHED, answered, asking
from shoal.drivers.docker.tracked import Tracked
from shoal.drivers.process.state import State
from shoal.errors import DriverFailed
from shoal.model.observed import Instance

if TYPE_CHECKING:
    from aiodocker import Docker

AGAIN = 0.5
"""Seconds until the engine is asked again when it went away."""
LAST_WORDS = 2.0
"""Seconds that an ended container's output may take to arrive."""
GONE = (404,)
AT_REST = (304, 409)
TOLD = ("die", "destroy", "start", "kill", "disconnect", "oom")


class Containers:
    """`starting` are the ids of those that are just being made."""

    def __init__(self, docker: Docker, state: State, network: str, clock: Callable[[], float]) -> None:
        self._docker, self._state, self._network, self._clock = docker, state, network, clock
        self._wake: Callable[[], None] = lambda: None
        self._tracked: dict[str, Tracked] = {}
        self._watching: asyncio.Task[None] | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self.starting: dict[str, Instance] = {}

    async def open(self, wake: Callable[[], None]) -> None:
        """Adopts what is there."""
        self._wake = wake
        with asking("looking for containers"):
            await self._look()
        self._watching = asyncio.create_task(self._watch(), name="events of the engine")

    async def close(self) -> None:
        """Lets go of all of them."""
        outputs = [tracked.output for tracked in self._tracked.values() if tracked.output]
        tasks = [task for task in (self._watching, *outputs, *self._looking) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tracked.clear()
        self._watching = None

    # Which there are

    def all(self) -> tuple[Instance, ...]:
        found = (tracked.instance for tracked in self._tracked.values() if not tracked.errand)
        return tuple(sorted(found, key=lambda instance: (instance.started, instance.id)))

    def alive(self) -> Iterator[Instance]:
        yield from (tracked.instance for tracked in self._tracked.values() if tracked.instance.alive)
        yield from self.starting.values()

    def recorded(self) -> set[str]:
        return {*self._tracked, *self.starting}

    def known(self, instance: str) -> Tracked:
        """Raises DriverFailed for an id that nobody has."""
        if instance not in self._tracked:
            raise DriverFailed(f"there is no instance {instance}")
        return self._tracked[instance]

    def running(self, instance: str) -> Tracked:
        """Raises DriverFailed for one that has ended, too."""
        tracked = self.known(instance)
        if tracked.done.is_set():
            raise DriverFailed(f"{instance} doesn't run any more")
        return tracked

    def clear(self) -> None:
        self._tracked.clear()

    # How they come

    async def _look(self) -> None:
        """All that the engine has of ours; those that it hasn't any more have ended."""
        wanted = json.dumps({"label": [f"{labels.REALM}={self._state.realm}"]})
        seen = await self._docker._query_json("containers/json", params={"all": "1", "filters": wanted})
        by_id = {one["Id"]: one for one in seen}
        for tracked in list(self._tracked.values()):
            if tracked.container not in by_id:
                await self._conclude(tracked, {})
        known = {tracked.container: tracked for tracked in self._tracked.values()}
        for container, one in by_id.items():
            if container in known:
                await self._check(known[container])
            elif one["Labels"].get(labels.INSTANCE) not in self.starting:
                await self._adopt(container, one)

    async def _adopt(self, container: str, one: Mapping[str, Any]) -> None:
        spec = labels.spec_of(one["Labels"])
        if spec is None or one["State"] == "created" or labels.ERRAND in one["Labels"]:
            # Half made, by a daemon that was killed, or nobody waits for its end any more.
            await self.remove_container(container)
            return
        shown = await self._docker.containers.container(container).show()
        tracked = Tracked(container, spec)
        self.follow(tracked, shown)
        await self._check(tracked)

    def follow(self, tracked: Tracked, shown: Mapping[str, Any]) -> None:
        """One that was started, by us just now or by one before us."""
        self._tracked[tracked.id] = tracked
        tracked.ran(shown, self._address(shown))
        if not tracked.errand:
            log = self._state.log(tracked.instance.workload, tracked.id)
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            tracked.output = asyncio.create_task(output.follow(self._docker, tracked.container, log))
        if not shown["State"]["Running"]:
            self._soon(self._conclude(tracked, shown["State"]))

    def _address(self, shown: Mapping[str, Any]) -> str:
        found = shown["NetworkSettings"]["Networks"].get(self._network) or {}
        return str(found.get("IPAddress") or "")

    # How they go

    async def _check(self, tracked: Tracked) -> None:
        """As the engine sees one that we know."""
        if tracked.done.is_set():
            return
        try:
            shown = await self._docker.containers.container(tracked.container).show()
        except _error() as problem:
            if problem.status in GONE:
                await self._conclude(tracked, {})
            return
        if not shown["State"]["Running"]:
            await self._conclude(tracked, shown["State"])
        elif not self._address(shown) and not tracked.blame:
            await self.condemn(tracked, "somebody took its container off the network: ended, to be replaced")

    async def _conclude(self, tracked: Tracked, state: Mapping[str, Any]) -> None:
        if tracked.output and not tracked.done.is_set():
            await asyncio.wait([tracked.output], timeout=LAST_WORDS)
            tracked.output.cancel()
        tracked.ended(state, self._clock())
        self._wake()

    async def condemn(self, tracked: Tracked, why: str) -> None:
        """Ends one that nobody asked to end."""
        tracked.blame = why
        tracked.instance = msgspec.structs.replace(tracked.instance, phase="stopping")
        await self.kill(tracked, "SIGKILL")

    async def stop(self, tracked: Tracked, grace: float) -> None:
        """Returns when it has ended."""
        if tracked.done.is_set():
            return
        tracked.asking()
        with asking(f"stopping {tracked.id}"):
            await self._unfreeze(tracked)
            if grace > 0:
                await self.kill(tracked, tracked.spec.stop.signal)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(grace):
                        await self._end_of(tracked)
            if not tracked.done.is_set():
                tracked.killed = grace > 0
                await self.kill(tracked, "SIGKILL")
                await self._end_of(tracked)

    async def _end_of(self, tracked: Tracked) -> None:
        """By the engine's word on this one: its events may be late, or lost while it was away."""
        try:
            await self._docker.containers.container(tracked.container).wait()
        except _error() as problem:
            if problem.status not in GONE:
                raise
        await self._check(tracked)
        await tracked.done.wait()

    async def kill(self, tracked: Tracked, signal: str) -> None:
        """One that has ended gets none."""
        try:
            await self._docker.containers.container(tracked.container).kill(signal=signal)
        except _error() as problem:
            if problem.status not in (*GONE, *AT_REST):
                raise

    async def _unfreeze(self, tracked: Tracked) -> None:
        """A frozen one can't end."""
        with contextlib.suppress(_error()):
            await self._docker.containers.container(tracked.container).unpause()

    async def forget(self, instance: str) -> Instance:
        tracked = self.known(instance)
        if tracked.instance.alive:
            raise DriverFailed(f"{instance} still runs")
        await self.remove_container(tracked.container)
        return self._tracked.pop(instance).instance

    async def remove_container(self, container: str) -> None:
        """With the volume that is its own."""
        try:
            await self._docker.containers.container(container).delete(force=True, v=True)
        except _error() as problem:
            if problem.status == UNREACHED:
                raise
            # Gone, or on its way.

    # What the engine tells

    async def _watch(self) -> None:
        import aiohttp

        while True:
            try:
                await self._listen()
            except (_error(), aiohttp.ClientError, OSError, ValueError):
                pass
            await asyncio.sleep(AGAIN)

    async def _listen(self) -> None:
        chosen = {"type": ["container", "network"], "event": list(TOLD)}
        async with answered(self._docker, "events", {"filters": json.dumps(chosen)}) as answer:
            # What happened before we listened.
            await self._look()
            self._wake()
            async for line in answer.content:
                self._hear(json.loads(line))

    def _hear(self, event: Mapping[str, Any]) -> None:
        actor = event["Actor"]
        container = actor["Attributes"].get("container") if event["Type"] == "network" else actor["ID"]
        tracked = next((one for one in self._tracked.values() if one.container == container), None)
        if tracked is None or tracked.done.is_set():
            return
        if event["Action"] == "kill" and not tracked.asked and not tracked.blame:
            number = int(actor["Attributes"].get("signal") or 0)
            if number != tracked.sent:
                tracked.blame = f"somebody else ended its container (signal {number})"
        self._soon(self._check(tracked))

    def _soon(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)


def _error() -> Any:
    import aiodocker

    return aiodocker.DockerError

"""What the daemon answers: each verb an async generator of events (`{"event": ...}`) and its result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from shoal import __version__
from shoal.api.developing import check_free
from shoal.api.inspecting import gateway_url
from shoal.api.rolling import failure, standing
from shoal.api.rows import row
from shoal.api.server import Verb
from shoal.api.telling import picture, telling
from shoal.control.environment import Environment
from shoal.control.journal import Journal
from shoal.control.strangers import refused_calls
from shoal.control.why import taken_back, why
from shoal.control.wishes import maintained, restarted, scaled, started, stopped
from shoal.drivers.driver import Driver, LogFile
from shoal.errors import ShoalError, UsageError
from shoal.mesh import addresses_needed
from shoal.model.app import App
from shoal.model.release import Watch

PUBLISHED_IN = 20.0
NO_GATEWAY = "Give it one: gateway: {routes: [{paths: [/], to: SERVICE}]}"

Request = Mapping[str, Any]


class Part(Protocol):
    def table(self) -> dict[str, Verb]: ...


class Verbs:
    """`remember` keeps the variables of whoever wants edits followed; `build_log` is where an artifact's steps write;
    `certificates` are the gateway's. `changing` is held by whoever wants something else; `parts` are further verbs.
    `leave` ends the daemon (True: for good, False: to be followed by another). With a `problem` that keeps the daemon
    from its work, whoever asks is told, and it ends; what runs goes on."""

    def __init__(
        self,
        environment: Environment,
        driver: Driver,
        journal: Journal,
        leave: Callable[[bool], None],
        remember: Callable[[Mapping[str, str]], None],
        build_log: Callable[[str], Path],
        certificates: Callable[[], list[dict[str, Any]]],
        changing: asyncio.Lock,
        parts: Iterable[Part],
    ) -> None:
        self._environment, self._driver, self._journal, self._leave = environment, driver, journal, leave
        self._remember, self._build_log, self._certificates = remember, build_log, certificates
        self._changing, self._parts = changing, tuple(parts)
        self.problem: ShoalError | None = None

    def table(self) -> dict[str, Verb]:
        names = ("apply", "follow", "down", "interrupt", "ps", "standings", "plan", "change", "events", "logs")
        more = ("maintenance", "invocation", "why", "addresses", "leave", "ping")
        own = {name: getattr(self, name) for name in (*names, *more)}
        for part in self._parts:
            own |= part.table()
        return {name: self._informed(verb) for name, verb in own.items()}

    def _informed(self, verb: Verb) -> Verb:
        """Answers when the loop has looked: before, a daemon that comes back would take all for gone."""

        async def informed(request: Request) -> AsyncIterator[Any]:
            await self._environment.loop.looked.wait()
            if self.problem:
                self._leave(True)
                raise self.problem
            async for item in verb(request):
                yield item

        return informed

    async def ping(self, request: Request) -> AsyncIterator[Any]:
        release = self._environment.release
        yield {"version": __version__, "running": bool(release and not release.wanted.down)}

    async def apply(self, request: Request) -> AsyncIterator[Any]:
        """Want what the file says. Answers which services ran before."""
        app = msgspec.convert(request["app"], App)
        before = sorted({i.workload for i in self._environment.loop.observed.instances if i.alive})
        async with self._changing:
            only, excepted = request.get("only", ()), request.get("excepted", ())
            watch = msgspec.convert(request.get("watch"), Watch | None)
            if watch:
                self._remember(request["variables"])
            await self._environment.apply(app, only, request.get("secrets", {}), excepted, watch)
        lacking = self._driver.lacking(self._environment.loop.desired)
        number = self._environment.running().wanted.number
        yield {"before": before, "since": time.time(), "lacking": lacking, "release": number}

    async def follow(self, request: Request) -> AsyncIterator[Any]:
        """Events as they come, until all is `started`, `ready` or for ever; then how everything stands."""
        reached = asyncio.create_task(self._reached(request.get("until", "ready")))
        try:
            async for item in self._telling(reached, request):
                yield item
            yield self._standings()
        finally:
            reached.cancel()

    async def _reached(self, until: str) -> None:
        loop = self._environment.loop
        ways: dict[str, Callable[[], bool]]
        ways = {"ready": self._finished, "started": self._all_begun, "forever": lambda: False}
        done = ways[until]
        await loop.until(lambda: loop.current and done())

    def _finished(self) -> bool:
        if self._environment.rollouts.turns:
            return False
        states = [s.state for s in self._environment.standings()]
        executor = self._environment.loop.executor
        begun = not any(s in ("building", "starting", "unready") for s in states)
        failed = "failed" in states and not executor.busy
        return self._environment.settled() or (begun and (failed or bool(executor.mesh_problem)))

    def _all_begun(self) -> bool:
        states = [s.state for s in self._environment.standings()]
        return self._finished() or not any(s in ("building", "waiting") for s in states)

    async def down(self, request: Request) -> AsyncIterator[Any]:
        async with self._changing:
            # It goes on even if who asked hangs up.
            async for item in self._telling(asyncio.create_task(self._environment.down()), request):
                yield item
            if request.get("volumes"):
                await self._driver.drop_data()
                self._environment.forget_secrets()
        yield {"ended": True}
        self._leave(True)

    async def interrupt(self, request: Request) -> AsyncIterator[Any]:
        """Stop what an `up` started: all, if nothing ran before it. Asked again with `grace`, it hurries the one
        at work, and doesn't wait for it."""
        kept = set(request.get("before", ()))
        if "grace" in request:
            await self._environment.hurry(float(request["grace"]), kept)
            yield {}
            return
        if not kept or self._environment.release is None:
            async for item in self.down(request):
                yield item
            return
        owners = {w.owner for w in self._environment.loop.desired.workloads if w.name not in kept}
        self._environment.override(stopped(owners))
        await self._environment.loop.until(lambda: self._gone(owners))
        yield {"ended": False}

    def _gone(self, owners: set[str]) -> bool:
        mine = {w.name for w in self._environment.loop.desired.workloads if w.owner in owners}
        return not any(i.alive and i.workload in mine for i in self._environment.loop.observed.instances)

    def _telling(self, task: asyncio.Task[None], request: Request) -> AsyncIterator[Any]:
        """Events while some work goes on; `every` so many seconds also how far everything is."""
        return telling(task, self._journal, self._picture, float(request.get("every", 0.0)))

    def _picture(self) -> list[dict[str, Any]]:
        loop = self._environment.loop
        return picture(loop.desired, loop.observed, self._driver, self._build_log)

    async def ps(self, request: Request) -> AsyncIterator[Any]:
        observed = self._environment.loop.observed
        yield {"instances": [row(i) for i in observed.instances], **self._standings()}

    async def standings(self, request: Request) -> AsyncIterator[Any]:
        yield self._standings()

    def _standings(self) -> dict[str, Any]:
        loop = self._environment.loop
        return {
            "standings": msgspec.to_builtins(self._environment.standings()),
            "url": gateway_url(self._environment, self._driver),
            "mesh_problem": loop.executor.mesh_problem,
            "unread": self._environment.unread,
            "release": standing(self._environment),
            "maintenance": self._maintenance(),
            "certificates": self._certificates(),
        }

    def _maintenance(self) -> str:
        """What the gateway tells everybody; nothing while it serves them."""
        gateway = self._environment.loop.desired.gateway
        return gateway.maintenance.message if gateway and gateway.closed else ""

    async def plan(self, request: Request) -> AsyncIterator[Any]:
        app = msgspec.convert(request["app"], App)
        _, desired = await self._environment.compile(app, self._environment.digests(request.get("secrets", {})))
        plan = self._environment.plan(desired)
        yield {"text": str(plan), "operations": msgspec.to_builtins(plan.operations)}

    async def change(self, request: Request) -> AsyncIterator[Any]:
        """`scale`, `stop`, `start`, `restart` of some services."""
        names = list(request["services"])
        for name in names:
            self._environment.known(self._environment.running().wanted.app, (name,))
            if request["how"] in ("restart", "scale"):
                self._environment.check_wanted(name)
            if request["how"] != "start":
                check_free(name, self._environment.loop.observed.instances)
        match request["how"]:
            case "scale":
                counts = {name: int(request["replicas"][name]) for name in names}
                for name, count in counts.items():
                    self._environment.check_scale(name, count)
                for name, count in counts.items():
                    self._environment.override(scaled(name, count))
            case "stop":
                self._environment.override(stopped(names))
            case "start":
                self._environment.override(started(names))
            case "restart":
                self._environment.override(restarted(names))
            case other:
                raise UsageError(f"the daemon knows no change {other}")
        yield {"changed": names}

    async def maintenance(self, request: Request) -> AsyncIterator[Any]:
        """`message` None: it is over; empty: what the file says. Answers when the gateway does as it is told."""
        if self._environment.running().wanted.app.gateway is None:
            raise UsageError("this app has no gateway", hint=NO_GATEWAY)
        message = msgspec.convert(request["message"], str | None)
        self._environment.override(maintained(message))
        loop = self._environment.loop
        loop.report("maintenance", "gateway", "over" if message is None else self._maintenance())
        await loop.until(lambda: loop.published, PUBLISHED_IN)
        yield {"maintenance": self._maintenance()}

    async def events(self, request: Request) -> AsyncIterator[Any]:
        since = float(request.get("since", 0.0))
        queue, end = self._journal.listen()
        try:
            for event in sorted(self._journal.events, key=lambda event: event.time):
                if event.time >= since:
                    yield {"event": msgspec.to_builtins(event)}
            while request.get("follow"):
                yield {"event": msgspec.to_builtins(await queue.get())}
            yield {}
        finally:
            end()

    async def logs(self, request: Request) -> AsyncIterator[Any]:
        files = self._driver.logs(self._workloads(request.get("services", ())))
        yield {"files": msgspec.to_builtins([f for f in files if request.get("all") or self._recent(f)])}

    def _recent(self, file: LogFile) -> bool:
        """Of this time up, not of one before the last `down`."""
        release = self._environment.release
        known = {i.id for i in self._environment.loop.observed.instances}
        return release is None or file.instance in known or Path(file.path).stat().st_mtime >= release.wanted.since

    def _workloads(self, services: Any) -> list[str]:
        """A service's name stands for its jobs too."""
        owned = {w.name: w.owner for w in self._environment.loop.desired.workloads}
        if services and (lost := failure(self._environment)):
            # It may have come with the release that failed, and gone with it.
            owned[lost.workload] = lost.owner
        for name in set(services) - set(owned.values()):
            self._environment.known(self._environment.running().wanted.app, (name,))
        return [w for w, owner in owned.items() if owner in services] if services else []

    async def invocation(self, request: Request) -> AsyncIterator[Any]:
        """How to run a command with a service's environment; the service's own command when none is given."""
        name = str(request["service"])
        self._environment.known(self._environment.running().wanted.app, (name,))
        self._environment.check_wanted(name)
        workload = self._environment.loop.desired.workload(name)
        assert workload is not None
        like = next((i.id for i in self._environment.loop.observed.of(name) if i.phase == "ready"), "")
        command = tuple(request.get("command", ()))
        if request.get("running") and not like:
            raise UsageError(f"{name} has no ready instance", hint=f"See: shoal why {name}")
        await self._environment.loop.until(
            lambda: workload.artifacts() <= self._environment.loop.observed.artifacts, 600
        )
        found = await self._driver.invocation(workload, command, like=like if request.get("running") else "")
        yield msgspec.to_builtins(found) | {"kind": workload.kind}

    async def why(self, request: Request) -> AsyncIterator[Any]:
        loop, lost = self._environment.loop, failure(self._environment)
        if lost and lost.owner == request["service"]:
            wanted = self._environment.running().wanted
            files = [f for f in self._driver.logs([lost.workload]) if f.instance == lost.instance]
            yield {"lines": taken_back(wanted, lost), "files": msgspec.to_builtins(files)}
            return
        self._environment.known(self._environment.running().wanted.app, (request["service"],))
        refused = await asyncio.to_thread(refused_calls, self._driver, loop.observed, request["service"])
        lines, workload = why(request["service"], loop.desired, loop.observed, self._journal.events, refused)
        yield {"lines": lines, "files": msgspec.to_builtins(self._driver.logs([workload]))}

    async def addresses(self, request: Request) -> AsyncIterator[Any]:
        desired = self._environment.loop.desired
        names = addresses_needed(desired)
        yield {name: f"{at}" for name, at in self._driver.addresses(names).items()}

    async def leave(self, request: Request) -> AsyncIterator[Any]:
        """End daemon and keeper and let everything run: another version adopts it."""
        yield {}
        self._leave(True)

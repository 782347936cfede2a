"""Verbs for the jobs that a backing service has beside its work: copies of what it holds, data of older versions, a
look into its streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.backing import engine_of
from shoal.backing.engine import Errand
from shoal.control.environment import Environment
from shoal.control.wishes import stopped
from shoal.drivers.driver import Driver
from shoal.errors import JobFailed, NotRunning, UsageError
from shoal.model.app import App, Backing
from shoal.model.names import check_known
from shoal.model.values import concat
from shoal.model.workload import Workload

Request = Mapping[str, Any]
READY_WITHIN = 180.0


@dataclass
class Rest:
    """Of a server; it `ends` with the errand, or else with the next `up`."""

    ends: bool = True


class Errands:
    """`changing` is held by whoever changes what is wanted."""

    def __init__(self, environment: Environment, driver: Driver, changing: asyncio.Lock) -> None:
        self._environment, self._driver, self._changing = environment, driver, changing

    def table(self) -> dict[str, Verb]:
        return {name: getattr(self, name) for name in ("errand", "errand_at_rest")}

    async def errand(self, request: Request) -> AsyncIterator[Any]:
        """How to run an errand, for somebody else to do; for one that wants the server at rest, that it does."""
        workload = self._workload(request)
        if workload.data:
            yield {"at_rest": True}
            return
        self._environment.running()
        if not self._ready(workload.owner):
            raise UsageError(f"{workload.owner} is not ready", hint=f"See: shoal why {workload.owner}")
        yield {"at_rest": False} | msgspec.to_builtins(await self._driver.invocation(workload, ()))

    async def errand_at_rest(self, request: Request) -> AsyncIterator[Any]:
        """Stop the server, run the errand, and start it again; not after an `upgrade`: the next `up` starts that of
        the version which the file asks for."""
        workload, what = self._workload(request), request["what"]
        given = {"COPY": concat(request.get("copy", ""))}
        workload = msgspec.structs.replace(workload, env=workload.env | given)
        async with self._changing, self._resting(workload.owner) as rest:
            ran = await self._driver.errand(workload)
            rest.ends = what != "upgrade" or ran.code != 0
        if ran.code:
            raise JobFailed(f"{workload.owner}: {what} failed; nothing was changed", hint=ran.said.strip())
        yield {"said": ran.said.strip()}

    @asynccontextmanager
    async def _resting(self, name: str) -> AsyncIterator[Rest]:
        rest = Rest()
        try:
            news = {name} - self._environment.running().wanted.overrides.stopped
        except NotRunning:
            yield rest
            return
        ran = self._ready(name)
        self._environment.override(stopped([name]))
        try:
            await self._environment.loop.until(lambda: not self._alive(name))
            yield rest
        finally:
            if rest.ends:
                self._environment.override(lambda o: msgspec.structs.replace(o, stopped=o.stopped - news))
        if ran and rest.ends:
            await self._environment.loop.until(lambda: self._ready(name) or self._failed(name), READY_WITHIN)

    def _workload(self, request: Request) -> Workload:
        """The job. Without a name: of the only backing service that has one. `app` is given where the file may ask for
        something else than what runs."""
        app = msgspec.convert(request["app"], App) if "app" in request else self._environment.running().wanted.app
        name, what = str(request["backing"]), request["what"]
        return _named(app.backing, name, what) if name else _only(app.backing, what)

    def _ready(self, name: str) -> bool:
        return any(i.phase == "ready" for i in self._environment.loop.observed.of(name))

    def _failed(self, name: str) -> bool:
        return any(s.owner == name and s.state == "failed" for s in self._environment.standings())

    def _alive(self, name: str) -> bool:
        mine = {w.name for w in self._environment.loop.desired.workloads if w.owner == name}
        return any(i.alive for workload in mine for i in self._environment.loop.observed.of(workload))


def _named(backing: tuple[Backing, ...], name: str, what: Errand) -> Workload:
    known = {one.name: one for one in backing}
    check_known([name], known, "backing service")
    found = engine_of(known[name]).errand(known[name], what)
    if isinstance(found, str):
        raise UsageError(f"{name}: {type(known[name].engine).__name__} has no {what}: {found}")
    return found


def _only(backing: tuple[Backing, ...], what: Errand) -> Workload:
    found = [engine_of(one).errand(one, what) for one in backing]
    able = [workload for workload in found if isinstance(workload, Workload)]
    if not able:
        raise UsageError(f"no backing service of this app has {what}", hint="NATS would have.")
    if len(able) > 1:
        names = ", ".join(workload.owner for workload in able)
        raise UsageError(f"several backing services have {what}: {names}", hint="Name one with --backing.")
    return able[0]

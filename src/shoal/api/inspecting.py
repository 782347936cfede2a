"""Verbs that look into what runs: processes, usage, ports, files, and waiting for a state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.control.environment import Environment
from shoal.control.facts import outcome
from shoal.control.progress import Standing
from shoal.drivers.driver import Driver
from shoal.errors import NotRunning, UsageError
from shoal.model.observed import Instance

Request = Mapping[str, Any]


class Inspecting:
    def __init__(self, environment: Environment, driver: Driver) -> None:
        self._environment, self._driver = environment, driver

    def table(self) -> dict[str, Verb]:
        return {name: getattr(self, name) for name in ("top", "stats", "port", "wait", "copy", "about")}

    async def top(self, request: Request) -> AsyncIterator[Any]:
        """The processes of each running instance."""
        chosen = self._alive(request["services"])
        found = await self._driver.processes(chosen)
        yield {"instances": [_named(i) | {"processes": msgspec.to_builtins(found[i.id])} for i in chosen.values()]}

    async def stats(self, request: Request) -> AsyncIterator[Any]:
        """What each running instance uses now; two answers make a rate."""
        chosen = self._alive(request["services"])
        found = await self._driver.usage(chosen)
        yield {
            "instances": [
                _named(i) | {"usage": msgspec.to_builtins(found[i.id])} for i in chosen.values() if i.id in found
            ]
        }

    async def port(self, request: Request) -> AsyncIterator[Any]:
        """Where the instances of a service listen, and what its callers dial instead."""
        name = str(request["service"])
        chosen = self._alive([name])
        endpoints = [
            _named(i) | {"port": port, "endpoint": str(endpoint)}
            for i in chosen.values()
            for port, endpoint in i.endpoints.items()
        ]
        yield {"endpoints": endpoints, "callers": self._callers(name)}

    def _callers(self, callee: str) -> list[dict[str, str]]:
        desired = self._environment.loop.desired
        edges = [edge for edge in desired.edges if edge.callee == callee]
        known = self._driver.addresses(edge.id for edge in edges)
        found = [{"caller": e.caller, "port": e.port, "address": str(known[e.id])} for e in edges]
        routed = desired.gateway is not None and any(route.to == callee for route in desired.gateway.routes)
        url = gateway_url(self._environment, self._driver)
        return [*found, *self._direct(callee), *([{"caller": "gateway", "port": "", "address": url}] if routed else [])]

    def _direct(self, backing: str) -> list[dict[str, str]]:
        """Backing services are dialled where they listen."""
        loop, app = self._environment.loop, self._environment.running().wanted.app
        callers = [s.name for s in app.services if any(n.name == backing for n in s.needs)]
        instances = [i for i in loop.observed.of(backing) if i.alive and i.kind == "backing"]
        endpoints = [(port, str(at)) for i in instances for port, at in i.endpoints.items()]
        return [{"caller": c, "port": port, "address": at} for c in callers for port, at in endpoints]

    async def wait(self, request: Request) -> AsyncIterator[Any]:
        """Until services are `ready`, their jobs `done`, or all of them `gone`; a failure ends it too. Answers how they
        stand, and the exit codes of jobs."""
        names, until = self._names(request["services"]), request["until"]
        if until == "done" and not any(s.kind == "job" for s in self._of(names)):
            hint = "Wait for its end with: shoal wait --for gone"
            raise UsageError(f"{', '.join(names) or 'this app'} has no job that could be done", hint=hint)
        conditions: dict[str, Callable[[], bool]] = {
            "ready": lambda: self._decided(self._of(names)),
            "done": lambda: self._decided(s for s in self._of(names) if s.kind == "job"),
            "gone": lambda: not any(i.alive for i in self._instances(names)),
        }
        await self._environment.loop.until(conditions[until])
        yield {"standings": msgspec.to_builtins(self._of(names)), "exits": self._exits(names)}

    def _decided(self, standings: Iterable[Standing]) -> bool:
        states = [standing.state for standing in standings]
        failed = "failed" in states and not self._environment.loop.executor.busy
        return failed or all(state in ("ready", "done", "stopped", "scheduled") for state in states)

    def _of(self, names: frozenset[str]) -> tuple[Standing, ...]:
        return tuple(s for s in self._environment.standings() if not names or s.owner in names)

    def _exits(self, names: frozenset[str]) -> dict[str, int | None]:
        loop = self._environment.loop
        jobs = (loop.desired.workload(s.workload) for s in self._of(names) if s.kind == "job")
        ends = {job.name: outcome(job, loop.observed) for job in jobs if job}
        return {name: end.exit for name, end in ends.items() if end}

    async def copy(self, request: Request) -> AsyncIterator[Any]:
        """`out` of an instance or into it; both places are absolute paths, but for the instance's own."""
        instance = self._one(str(request["service"]), request.get("index"))
        move = self._driver.copy_out if request["out"] else self._driver.copy_in
        yield {"instance": instance, "path": await move(instance, str(request["source"]), str(request["target"]))}

    def _one(self, service: str, index: int | None) -> str:
        alive = self._alive([service]).values()
        found = next((i.id for i in alive if i.workload == service and index in (None, i.index)), "")
        if not found:
            which = service if index is None else f"{service}, number {index},"
            raise UsageError(f"{which} has no running instance", hint=f"See: shoal why {service}")
        return found

    async def about(self, request: Request) -> AsyncIterator[Any]:
        """This app and environment in short."""
        release = self._environment.release
        if release is None:
            raise NotRunning("nothing was ever started here")
        wanted = release.wanted
        states = sorted({s.state for s in self._environment.standings()})
        yield {"folder": wanted.app.folder, "down": wanted.down, "since": wanted.since, "states": states} | {
            "url": gateway_url(self._environment, self._driver)
        }

    def _names(self, services: Iterable[str]) -> frozenset[str]:
        names = frozenset(services)
        self._environment.known(self._environment.running().wanted.app, sorted(names))
        return names

    def _instances(self, names: frozenset[str]) -> list[Instance]:
        """A service's name stands for its jobs too; what nobody wants any more is its workload's."""
        loop = self._environment.loop
        owners = {w.name: w.owner for w in loop.desired.workloads}
        return [i for i in loop.observed.instances if not names or owners.get(i.workload, i.workload) in names]

    def _alive(self, services: Iterable[str]) -> dict[str, Instance]:
        alive = [i for i in self._instances(self._names(services)) if i.alive]
        return {i.id: i for i in sorted(alive, key=lambda i: (i.kind != "service", i.workload, i.index, i.started))}


def _named(instance: Instance) -> dict[str, Any]:
    return {"instance": instance.id, "workload": instance.workload, "index": instance.index}


def gateway_url(environment: Environment, driver: Driver) -> str:
    """Where the gateway listens; nothing while it isn't there."""
    loop = environment.loop
    gateway = loop.desired.gateway
    if gateway is None or not any(i.kind == "mesh" and i.alive for i in loop.observed.instances):
        return ""
    return f"{gateway.scheme}://{driver.addresses(['gateway'])['gateway']}"

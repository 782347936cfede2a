"""What the daemon answers to those who work on a service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.control.environment import Environment
from shoal.control.facts import satisfied, unbuilt
from shoal.drivers.driver import Driver
from shoal.errors import Busy, NotRunning, UsageError
from shoal.model.names import beside
from shoal.model.observed import Endpoint, Instance
from shoal.model.workload import Workload

BUILT_WITHIN = 600.0


def check_free(name: str, instances: Iterable[Instance]) -> None:
    """Raises `Busy` when a process is attached in the place of a service."""
    found = next((i for i in instances if i.workload == name and i.attached and i.alive), None)
    if found:
        what = f"{name} is attached: process {found.pid} stands in for it"
        raise Busy(what, hint="End that one first (Ctrl-C where it runs), then try again.")


class Developing:
    def __init__(self, environment: Environment, driver: Driver) -> None:
        self._environment, self._driver = environment, driver

    def table(self) -> dict[str, Verb]:
        return {"environment": self.environment, "attach": self.attach}

    async def environment(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        """What a service would get if it were run by hand, from its own folder."""
        workload = self._environment.at_source(str(request["service"]))
        await self._built(workload)
        endpoints = self._endpoints(workload)
        found = await self._driver.invocation(workload, (), endpoints=endpoints)
        told = msgspec.to_builtins(found)
        del told["via"]  # whoever runs it by hand runs it here
        yield told | {"ports": {name: at.port for name, at in endpoints.items()}}

    async def attach(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        """The asking process stands in for a service, until it ends. With `port` something listens there already."""
        name, pid = str(request["service"]), int(request["pid"])
        workload = self._environment.at_source(name)
        port = self._port(workload, request.get("port"))
        await self._awaited(workload)
        check_free(name, await self._driver.observe())
        endpoints = self._endpoints(workload) | port
        found = await self._driver.attach(workload, pid, endpoints)
        self._environment.loop.wake()
        yield msgspec.to_builtins(found) | {"ports": {name: at.port for name, at in endpoints.items()}}

    def _port(self, workload: Workload, port: Any) -> dict[str, Endpoint]:
        if workload.kind != "service":
            raise UsageError(f"{workload.name} is a job: nobody sends it requests", hint="Run it: shoal run SERVICE")
        if not port:
            return {}
        if not workload.ports:
            raise UsageError(f"{workload.name} has no port", hint="Without --port its process is started here.")
        return {workload.ports[0].name: Endpoint("127.0.0.1", int(port))}

    async def _awaited(self, workload: Workload) -> None:
        """What an instance would wait for: its build, databases, jobs and migrations."""
        await self._built(workload)
        loop, names = self._environment.loop, {after.name for after in workload.after}

        def failed() -> list[str]:
            return [s.workload for s in self._environment.standings() if s.workload in names and s.state == "failed"]

        def there() -> bool:
            return all(satisfied(after, loop.desired, loop.observed) for after in workload.after)

        if not await loop.until(lambda: there() or bool(failed()), BUILT_WITHIN) or not there():
            what = ", ".join(failed()) or ", ".join(sorted(names))
            raise NotRunning(f"{workload.name} waits for {what}", hint=f"Next: shoal why {workload.name}")

    async def _built(self, workload: Workload) -> None:
        loop, awaited = self._environment.loop, workload.artifacts()

        def missing() -> frozenset[str]:
            return unbuilt(awaited, loop.desired, loop.observed)

        await loop.until(lambda: not missing() or bool(missing() & set(loop.observed.broken_builds)), BUILT_WITHIN)
        if missing():
            raise NotRunning(f"{workload.name} is not built", hint=f"Next: shoal why {workload.name}")

    def _endpoints(self, workload: Workload) -> dict[str, Endpoint]:
        """The same ones each time, so that they can stand in an editor's settings."""
        names = {port.name: beside(workload.name, port.name) for port in workload.ports}
        known = self._driver.addresses(names.values())
        return {port: known[name] for port, name in names.items()}

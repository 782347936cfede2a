"""What the daemon answers to those who work on a service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.control.environment import Environment
from shoal.control.facts import unbuilt
from shoal.drivers.driver import Driver
from shoal.errors import NotRunning
from shoal.model.names import beside
from shoal.model.observed import Endpoint
from shoal.model.workload import Workload

BUILT_WITHIN = 600.0


class Developing:
    def __init__(self, environment: Environment, driver: Driver) -> None:
        self._environment, self._driver = environment, driver

    def table(self) -> dict[str, Verb]:
        return {"environment": self.environment}

    async def environment(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        """What a service would get if it were run by hand, from its own folder."""
        workload = self._environment.at_source(str(request["service"]))
        await self._built(workload)
        endpoints = self._endpoints(workload)
        found = self._driver.invocation(workload, (), endpoints=endpoints)
        yield msgspec.to_builtins(found) | {"ports": {name: at.port for name, at in endpoints.items()}}

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

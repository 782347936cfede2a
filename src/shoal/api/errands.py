"""Jobs beside a backing service that somebody else runs: the verb that asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.backing import engine_of
from shoal.backing.engine import Errand
from shoal.control.environment import Environment
from shoal.drivers.driver import Driver
from shoal.errors import UsageError
from shoal.model.app import Backing
from shoal.model.names import check_known
from shoal.model.workload import Workload

Request = Mapping[str, Any]


class Errands:
    def __init__(self, environment: Environment, driver: Driver) -> None:
        self._environment, self._driver = environment, driver

    def table(self) -> dict[str, Verb]:
        return {"errand": self.errand}

    async def errand(self, request: Request) -> AsyncIterator[Any]:
        """How to run it. Without a name: at the only backing service for which there is such a job."""
        backing = self._environment.running().wanted.app.backing
        what, name = request["what"], str(request["backing"])
        workload = _named(backing, name, what) if name else _only(backing, what)
        if not any(i.phase == "ready" for i in self._environment.loop.observed.of(workload.owner)):
            raise UsageError(f"{workload.owner} is not ready", hint=f"See: shoal why {workload.owner}")
        yield msgspec.to_builtins(self._driver.invocation(workload, ()))


def _named(backing: tuple[Backing, ...], name: str, what: Errand) -> Workload:
    known = {one.name: one for one in backing}
    check_known([name], known, "backing service")
    workload = engine_of(known[name]).errand(known[name], what)
    if workload is None:
        kind = type(known[name].engine).__name__
        lacks = "there are no streams in" if what == "streams" else f"there is no {what} for"
        raise UsageError(f"{name}: {lacks} {kind}", hint="Use a tool of its own, with `shoal env`.")
    return workload


def _only(backing: tuple[Backing, ...], what: Errand) -> Workload:
    able = [workload for one in backing if (workload := engine_of(one).errand(one, what))]
    if not able:
        raise UsageError(f"no backing service of this app has {what}", hint="NATS would have.")
    if len(able) > 1:
        names = ", ".join(workload.owner for workload in able)
        raise UsageError(f"several backing services have {what}: {names}", hint="Name one with --backing.")
    return able[0]

"""One question to one instance, by whichever way its probe asks."""

from __future__ import annotations

import asyncio
from typing import Protocol

from shoal.control.output import Search
from shoal.control.probe import dial
from shoal.drivers.driver import Ran
from shoal.errors import ShoalError
from shoal.model.app import Probe
from shoal.model.observed import Instance
from shoal.model.values import Value

# Letters of what a command printed that are told.
SHOWN = 200


class Inside(Protocol):
    """What a driver lets us see and do beside an instance."""

    def printed(self, instance: str, offset: int) -> tuple[bytes, int]: ...

    async def exec(self, instance: str, command: tuple[Value, ...]) -> Ran: ...


class Asking:
    """`ask` answers with nothing for yes, else what was wrong, in a few words."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._searches: dict[tuple[str, str], Search] = {}

    async def ask(self, probe: Probe, instance: Instance) -> str:
        try:
            if probe.kind == "exec":
                return await self._command(probe, instance)
            return await (self._printed(probe, instance) if probe.kind == "log" else _dialled(probe, instance))
        except ShoalError as problem:
            return problem.what

    def forget(self, instance: str) -> None:
        self._searches = {key: search for key, search in self._searches.items() if key[0] != instance}

    async def _command(self, probe: Probe, instance: Instance) -> str:
        name = str(probe.command[0]).rpartition("/")[2]
        try:
            async with asyncio.timeout(probe.timeout):
                ran = await self._inside.exec(instance.id, probe.command)
        except TimeoutError:
            return f"`{name}` did not end within {probe.timeout:g} s"
        said = next(iter(reversed(ran.said.strip().splitlines())), "")[:SHOWN]
        how = f"was ended by signal {-ran.code}" if ran.code < 0 else f"ended with exit code {ran.code}"
        return "" if ran.code == 0 else f"`{name}` {how}" + (f": {said}" if said else "")

    async def _printed(self, probe: Probe, instance: Instance) -> str:
        search = self._searches.setdefault((instance.id, probe.pattern), Search(probe.pattern))
        found = await search.on(lambda offset: self._inside.printed(instance.id, offset))
        return "" if found else f"it has printed no line yet that matches {probe.pattern}"


async def _dialled(probe: Probe, instance: Instance) -> str:
    name = probe.port or next(iter(instance.endpoints), "")
    endpoint = instance.endpoints.get(name)
    return await dial(probe, endpoint) if endpoint else f"it has no port {name}"

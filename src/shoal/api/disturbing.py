"""The verb that disturbs something on purpose, and tells what healed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.api.telling import telling
from shoal.control.chaos import Chaos
from shoal.control.environment import Environment
from shoal.control.healed import steps
from shoal.control.journal import Journal
from shoal.errors import Refused
from shoal.model.disturbance import Disturbance, Wish

Request = Mapping[str, Any]
PROTECTED = "prod"
# How long after its end it is waited for that all is well again.
HEALING = 90.0


class Disturbing:
    def __init__(self, environment: Environment, chaos: Chaos, journal: Journal) -> None:
        self._environment, self._chaos, self._journal = environment, chaos, journal

    def table(self) -> dict[str, Verb]:
        return {"chaos": self.chaos, "disturbances": self.disturbances, "calm": self.calm}

    async def chaos(self, request: Request) -> AsyncIterator[Any]:
        """Disturb, and wait until it is over and all has healed. It ends with whoever asked, and in its time at the
        latest."""
        self._check_allowed(request)
        one = await self._chaos.begin(msgspec.convert(request["wish"], Wish))
        waiting = asyncio.create_task(self._wait(one))
        try:
            async for item in telling(waiting, self._journal, list, 0.0):
                yield item
        finally:
            waiting.cancel()
            await self._chaos.end([one])
        yield self._result(one)

    def _check_allowed(self, request: Request) -> None:
        name = self._environment.running().wanted.app.environment
        if name == PROTECTED and not request.get("yes"):
            what = f"this is the environment {PROTECTED}: whoever uses it would notice"
            raise Refused(what, hint="If that is meant, say: --yes")

    async def _wait(self, one: Disturbance) -> None:
        await self._chaos.healed(one, one.until - time.time() + HEALING)

    def _result(self, one: Disturbance) -> dict[str, Any]:
        standings = self._environment.standings()
        bad = [f"{s.workload} is {s.state} {s.why}".strip() for s in standings if s.state not in ("ready", "done")]
        settled = self._environment.settled()
        found = steps(self._journal.events, one.begun)
        return {
            **_told(one),
            "healed": settled,
            "took": round(time.time() - one.begun, 3),
            "steps": msgspec.to_builtins(found),
            "ill": [] if settled else bad,
        }

    async def disturbances(self, request: Request) -> AsyncIterator[Any]:
        self._environment.running()
        yield {"disturbances": [_told(one) | {"left": one.until - time.time()} for one in self._chaos.present]}

    async def calm(self, request: Request) -> AsyncIterator[Any]:
        """End all that is under way; with a `target` only what is aimed at that."""
        self._environment.running()
        target = request.get("target", "")
        ended = [one for one in self._chaos.present if target in ("", one.target)]
        await self._chaos.end(ended)
        yield {"ended": [_told(one) for one in ended]}


def _told(one: Disturbance) -> dict[str, Any]:
    return {"kind": one.kind, "target": one.target, "begun": one.begun, "until": one.until}

"""Verbs about releases: what they were, how the present one comes along, and the way back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from shoal.api.server import Verb
from shoal.control.environment import Environment
from shoal.control.facts import current, slots
from shoal.control.releases import Release
from shoal.control.rollout import changed, verdict
from shoal.control.steering import Steering
from shoal.errors import ShoalError, UsageError
from shoal.model.desired import Desired
from shoal.model.names import check_known
from shoal.model.release import Failure

Request = Mapping[str, Any]


class Rolling:
    def __init__(self, environment: Environment, steering: Steering, changing: asyncio.Lock) -> None:
        self._environment, self._steering, self._changing = environment, steering, changing

    def table(self) -> dict[str, Verb]:
        return {name: getattr(self, name) for name in ("history", "rollout", "steer", "rollback")}

    async def history(self, request: Request) -> AsyncIterator[Any]:
        """All releases that are kept, the oldest first; with a service, those in which it became another."""
        service = str(request.get("service", ""))
        if service:
            self._known(service)
        self._environment.running()
        releases = self._environment.releases
        rows: list[dict[str, Any]] = []
        before: dict[str, str] = {}
        for number in releases.numbers():
            try:
                release = releases.read(number)
                revisions = self._environment.rollouts.revisions(release)
            except ShoalError as problem:
                rows.append({"release": number, "at": 0.0, "cause": str(problem), "state": "damaged", "services": {}})
                continue
            news = {name: revision for name, revision in revisions.items() if before.get(name) != revision}
            if not service or service in news:
                rows.append(self._row(release, news))
            before = revisions
        yield {"releases": rows}

    def _row(self, release: Release, news: dict[str, str]) -> dict[str, Any]:
        wanted = release.wanted
        return {
            "release": wanted.number,
            "at": wanted.at,
            "cause": wanted.cause or "up",
            "state": self._state(release),
            "services": news,
        }

    def _state(self, release: Release) -> str:
        wanted = release.wanted
        if wanted.failure:
            return f"failed: {wanted.failure.why}"
        if release is self._environment.release:
            return "rolling out" if self._environment.rollouts.under_way else "current"
        return "" if release.whole else "never whole"

    async def rollout(self, request: Request) -> AsyncIterator[Any]:
        """How far the present release has come, service by service."""
        wanted = self._environment.running().wanted
        stable = self._environment.rollouts.stable
        yield {
            "release": wanted.number,
            "from": wanted.stable if stable else 0,
            "under_way": stable is not None,
            "paused": wanted.orders.paused,
            "cause": wanted.cause or "up",
            "services": self._services(stable) if stable else [],
            **self._verdict(stable),
        }

    def _verdict(self, stable: Desired | None) -> dict[str, str]:
        loop = self._environment.loop
        if stable is None:
            return {"state": "done", "waits_for": ""}
        state, on = verdict(loop.desired, stable, loop.observed, time.time())
        return {"state": state, "waits_for": f"{on.workload}: {on.state} {on.why}".strip() if on else ""}

    def _services(self, stable: Desired) -> list[dict[str, Any]]:
        loop, rollouts = self._environment.loop, self._environment.rollouts
        weights = {name: rollout.weight for name, rollout in rollouts.effective().rollouts.items()}
        rulings = rollouts.trials.rulings()
        rows = []
        for name in sorted(changed(loop.desired, stable)):
            workload, old = loop.desired.workload(name), stable.workload(name)
            if workload is None or workload.kind == "job":
                continue
            new = current(workload, loop.observed)
            left = current(old, loop.observed) if old else {}
            rows.append(
                {
                    "service": name,
                    "revision": workload.revision,
                    "from": old.revision if old else "",
                    "wanted": slots(workload),
                    "new": len(new),
                    "ready": sum(i.phase == "ready" for i in new.values()),
                    "old": len(left),
                    # Percent of the requests that the new revision has; None: each instance has its share.
                    "weight": weights.get(name),
                    "judged": rulings[name].why if name in rulings else "",
                }
            )
        return rows

    async def steer(self, request: Request) -> AsyncIterator[Any]:
        """`pause`, `promote` or `abort` the rollout that is under way."""
        async with self._changing:
            self._environment.running()
            self._steer(str(request["how"]), whole=bool(request.get("whole")))
        yield {"release": self._environment.running().wanted.number}

    def _steer(self, how: str, *, whole: bool) -> None:
        rollouts = self._environment.rollouts
        match how:
            case "pause":
                self._steering.order(rollouts.paused())
            case "promote":
                self._steering.order(rollouts.promoted(whole=whole))
            case "abort":
                rollouts.check_under_way()
                self._steering.take_back(Failure("aborted by hand"))
            case other:
                raise UsageError(f"the daemon knows no {other} of a rollout")

    async def rollback(self, request: Request) -> AsyncIterator[Any]:
        """Want an earlier release again, or one service of it. `to`: its number, or how a revision begins."""
        service, to = str(request.get("service", "")), str(request.get("to", ""))
        async with self._changing:
            self._environment.running()
            if service:
                self._known(service)
            number, rollouts = self._number(service, to), self._environment.rollouts
            self._steering.roll_back(rollouts.again_of(service, number) if service else rollouts.again(number))
        wanted = self._environment.running().wanted
        yield {"release": wanted.number, "cause": wanted.cause}

    def _known(self, service: str) -> None:
        check_known([service], [s.name for s in self._environment.running().wanted.app.services if s.kind == "service"])

    def _number(self, service: str, to: str) -> int:
        """Which release is meant; 0: the one before. Raises `UsageError`."""
        if not to or (to.isdecimal() and len(to) < 6):
            return int(to or 0)
        releases, rollouts = self._environment.releases, self._environment.rollouts
        for number in reversed(releases.numbers()):
            if service and rollouts.revisions(releases.read(number)).get(service, "").startswith(to):
                return number
        raise UsageError(f"there is no release or revision {to}", hint=f"See: shoal history {service}".rstrip())


def standing(environment: Environment) -> dict[str, Any]:
    """The present release, for those who wait for it."""
    release = environment.release
    if release is None or release.wanted.down:
        return {}
    wanted = release.wanted
    return {
        "number": wanted.number,
        "again": wanted.again,
        "under_way": environment.rollouts.under_way,
        "paused": wanted.orders.paused,
        "returned": wanted.returned,
        "failed": msgspec.to_builtins(failure(environment)),
    }


def failure(environment: Environment) -> Failure | None:
    """Why the release was given up whose failure brought the present one."""
    wanted = environment.running().wanted
    try:
        return environment.releases.read(wanted.returned).wanted.failure if wanted.returned else None
    except ShoalError:
        return None  # it's too long ago

"""Deploys, scaling, rollbacks, kills, freezes and crashes at random, one in the middle of another, under load: no safe
request fails while somebody could answer it, nothing acknowledged is lost, and all ends as it was asked for, by itself.

SHOAL_STEPS says how many steps (50; 200 in CI; thousands on request), SHOAL_SEED which.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.scenarios import processes
from tests.scenarios.acknowledged import Acknowledged
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import WEB, WEB_FILES

# A run of some steps on an app of its own; the first that hypothesis makes is the dullest of all, and isn't counted.
AT_ONCE = 50
APP = WEB.replace("    replicas: 2\n", "    replicas: 3\n    needs: [db, events]\n") + (
    "backing: {db: {postgres: {version: 16}}, events: {nats: {streams: [{name: NEWS, subjects: [news.>]}]}}}\n"
)


class Anything(RuleBasedStateMachine):
    """What is wanted is known all along: `greeting` of so many `replicas`."""

    make: ClassVar[Callable[[], App]]
    done: ClassVar[list[str]] = []

    @initialize()
    def begin(self) -> None:
        self.app = type(self).make()
        self.app.up()
        self.greeting, self.before, self.replicas, self.number = "hello", "hello", 3, 0
        self.load = Load(self.app.url, clients=2).__enter__()
        self.written = Acknowledged(self.app).__enter__()

    # What people do

    @rule()
    def a_moment_of_peace(self) -> None:
        """The first by its name: the simplest of all."""
        assert self.load.failed == []

    @rule()
    def deploy(self) -> None:
        self.number += 1
        self._edit(f"word{self.number}")
        self.app.ok("up", "-d")
        self.before, self.greeting = self.greeting, f"word{self.number}"
        self._did("deploy")

    @rule()
    def deploy_and_wait(self) -> None:
        self.number += 1
        self._edit(f"word{self.number}")
        self.app.up()
        self.before, self.greeting = self.greeting, f"word{self.number}"
        self._did("deploy and wait")

    @rule()
    def deploy_what_cannot_start(self) -> None:
        self.app.up()  # or the release before would be none that has run
        self.app.edit("[python3, -S, server.py]", "[python3, -S, nothing.py]")
        result = self.app.shoal("up", "-d", "--wait")
        assert result.code == 15, str(result)
        self.app.edit("nothing.py", "server.py")
        self._did("deploy what can't start")

    @rule(replicas=st.integers(2, 4))
    def scale(self, replicas: int) -> None:
        """Who hangs and wasn't found yet may be all that is left."""
        self.app.wait_until(lambda: not any(_frozen(one["pid"]) for one in self.app.of("web")), 60)
        self.app.ok("scale", f"web={replicas}")
        self.replicas = replicas
        self._did("scale")

    @rule()
    def restart(self) -> None:
        self.app.ok("restart", "web", timeout=60)
        self._did("restart")

    @rule()
    def roll_back(self) -> None:
        self.app.up()
        if self.before != self.greeting:
            self.app.ok("rollback", timeout=60)
            self._edit(self.before)
            self.before, self.greeting = self.greeting, self.before
        self._did("roll back")

    # What befalls

    @rule(which=st.integers(0, 3))
    def kill(self, which: int) -> None:
        self._befall(processes.kill, which)
        self._did("kill")

    @rule(which=st.integers(0, 3))
    def freeze(self, which: int) -> None:
        self._befall(processes.freeze, which)
        self._did("freeze")

    @rule()
    def crash_of_the_daemon(self) -> None:
        if "daemon" in self.done[-3:]:
            return  # one that dies again and again is brought back after longer and longer pauses
        _, daemon = self._keeper_and_daemon()
        with contextlib.suppress(ProcessLookupError):  # it is dead already, and not missed yet
            processes.kill(daemon)
        self._did("daemon")

    @rule()
    def crash_of_the_keeper(self) -> None:
        keeper, _ = self._keeper_and_daemon()
        processes.kill(keeper)
        self.app.wait_until(lambda: self.app.keeper_and_daemon()[0] not in (0, keeper))
        self._did("keeper")

    @rule(which=st.sampled_from(["db", "events"]))
    def kill_what_holds_data(self, which: str) -> None:
        seen: list[int] = []

        def there() -> bool:
            seen[:] = [one["pid"] for one in self.app.of(which) if one["phase"] == "ready"]
            return bool(seen)

        self.app.wait_until(there, 60)
        with contextlib.suppress(ProcessLookupError):  # it is dead already, and not missed yet
            processes.kill(*seen)
        self._did(which)

    # How it ends

    def teardown(self) -> None:
        if not hasattr(self, "load"):
            return
        try:
            self.app.wait_until(self._as_wanted, 60)
        finally:
            self.load.__exit__(None, None, None)
            self.written.__exit__(None, None, None)
        assert self.load.failed == []
        assert self.load.answers
        assert self.written.lost() == []
        self.app.end()

    def _as_wanted(self) -> bool:
        assert self.app.ready("db")
        assert self.app.ready("events")
        assert self.app.ready("web", self.replicas), self.app.ps()
        said = {self.app.get("/env/GREETING") for _ in range(8)}
        assert said == {(200, self.greeting)}, (said, self.app.ok("history").out)
        return self.app.ok("plan").out == "nothing to do\n"

    def _did(self, what: str) -> None:
        self.done.append(what)
        assert self.load.failed == [], (self.load.failed[:3], self.done[-10:])

    def _edit(self, greeting: str) -> None:
        self.app.edit(f"GREETING: {self._written()}", f"GREETING: {greeting}")

    def _written(self) -> str:
        text = (self.app.folder / "shoal.yaml").read_text()
        return text.partition("GREETING: ")[2].partition("}")[0]

    def _befall(self, what: Callable[[int], Any], which: int) -> None:
        """One of those that serve, as long as another is left: all others at once have no reason to fail then."""
        self.app.wait_until(lambda: len(self._serving()) > 1, 60)
        serving = self._serving()
        if len(serving) > 1:
            with contextlib.suppress(ProcessLookupError):  # it was just leaving
                what(serving[which % len(serving)])

    def _serving(self) -> list[int]:
        return [i["pid"] for i in self.app.of("web") if i["phase"] == "ready" and not _frozen(i["pid"])]

    def _keeper_and_daemon(self) -> tuple[int, int]:
        """Both, as soon as both are there."""
        found: list[tuple[int, int]] = []

        def there() -> bool:
            found.append(self.app.keeper_and_daemon())
            return 0 not in found[-1]

        self.app.wait_until(there, 60)
        return found[-1]


def _frozen(pid: int) -> bool:
    return processes.state(pid) == b"T"


@pytest.mark.slow
@pytest.mark.timeout(0)  # as long as the steps asked for take; each of them has a deadline
def test_whatever_happens_no_request_fails_and_all_ends_as_wanted(app: Make) -> None:
    names = iter(range(1000))
    Anything.make = staticmethod(lambda: app(APP, WEB_FILES, name=f"any{next(names)}", plain=True))
    usual = "200" if os.environ.get("SHOAL_TESTS") == "whole" else "50"
    wanted = int(os.environ.get("SHOAL_STEPS", usual))
    chosen = int(os.environ.get("SHOAL_SEED", "1"))
    while len(Anything.done) < wanted:
        run_state_machine_as_test(
            seed(chosen)(Anything),
            settings=settings(
                max_examples=3 + wanted // AT_ONCE,  # some steps do nothing
                stateful_step_count=AT_ONCE,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        chosen += 1

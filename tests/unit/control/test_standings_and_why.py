"""How far each workload is from what is wanted, and why it is as it is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shoal.control.progress import settled, standings
from shoal.control.why import why
from shoal.model.app import Restart
from shoal.model.desired import Desired
from shoal.model.event import Event
from shoal.model.observed import Observed
from shoal.model.workload import Artifact, Refusal, Workload
from tests.unit.control.world import database, ended, job, running, seen, service, wanted

API = service("api")
WEB = service("web", after=("api",))
BUILT = service("api", artifact="k1")
KEY = Artifact("k1", "api", "/api")


def state(workload: Workload, observed: Observed, *others: Workload, **rest: Any) -> tuple[str, str, str]:
    found = standings(wanted(workload, *others, **rest), observed)[0]
    return found.state, found.why, found.error


class TestAService:
    def test_is_ready_when_all_its_instances_are(self) -> None:
        api = service("api", replicas=2)
        assert state(api, seen(running(api, 0), running(api, 1))) == ("ready", "", "")

    def test_starts_until_the_last_one_is_ready(self) -> None:
        api = service("api", replicas=2)
        found = state(api, seen(running(api, 0), running(api, 1, "starting", reason="refused")))
        assert found == ("starting", "refused", "")

    def test_is_unready_when_a_probe_says_no_again(self) -> None:
        assert state(API, seen(running(API, phase="unready", reason="slow"))) == ("unready", "slow", "")

    def test_waits_for_what_it_is_told_to_wait_for(self) -> None:
        assert state(WEB, seen(), API) == ("waiting", "for api", "")

    def test_waits_for_nothing_when_it_is_about_to_start(self) -> None:
        assert state(API, seen()) == ("waiting", "", "")

    def test_is_built_first(self) -> None:
        assert state(BUILT, seen(), artifacts=(KEY,)) == ("building", "", "")
        assert state(BUILT, seen(artifacts=frozenset({"k1"})), artifacts=(KEY,))[0] == "waiting"

    def test_fails_with_its_build(self) -> None:
        for kind in ("BuildFailed", "ToolMissing"):
            observed = seen(broken_builds={"k1": f"{kind}: no"})
            assert state(BUILT, observed, artifacts=(KEY,)) == ("failed", "no", kind)

    def test_with_no_replicas_is_stopped(self) -> None:
        assert state(service("api", replicas=0), seen()) == ("stopped", "", "")

    @pytest.mark.parametrize(("failures", "expected"), [(0, "waiting"), (1, "waiting"), (2, "failed"), (9, "failed")])
    def test_has_failed_after_three_ends_in_a_row(self, failures: int, expected: str) -> None:
        found = state(API, seen(ended(API, failures=failures)))
        assert found[0] == expected
        if expected == "failed":
            assert found[1:] == ("api-0-z ended with exit code 1", "StartFailed")

    def test_has_failed_while_the_next_try_isnt_ready_yet(self) -> None:
        tries = (ended(API, failures=2), running(API, phase="starting"))
        assert state(API, seen(*tries))[0] == "failed"

    def test_is_well_again_when_the_next_try_is_ready(self) -> None:
        assert state(API, seen(ended(API, failures=2), running(API)))[0] == "ready"

    def test_has_failed_at_once_if_the_platform_refused_it(self) -> None:
        refused = ended(API, id="api-0-refused", exit=127, reason="PortInUse: port 80 is taken")
        assert state(API, seen(refused)) == ("failed", "port 80 is taken", "PortInUse")

    def test_that_may_end_is_stopped_when_it_ended_well_and_failed_otherwise(self) -> None:
        once = service("api", restart=Restart("on-failure"))
        assert state(once, seen(ended(once, exit=0)))[0] == "stopped"
        never = service("api", restart=Restart("no"))
        assert state(never, seen(ended(never, exit=2)))[::2] == ("failed", "StartFailed")

    def test_an_end_of_an_older_revision_says_nothing(self) -> None:
        assert state(API, seen(ended(API, revision="r0", failures=9)))[0] == "waiting"


class TestAJob:
    JOB = job("seed")

    @pytest.mark.parametrize(("observed", "expected"), [
        (seen(), ("waiting", "", "")),
        (seen(running(JOB, phase="starting")), ("starting", "running", "")),
        (seen(ended(JOB, exit=0)), ("done", "", "")),
        (seen(ended(JOB, exit=3)), ("failed", "seed-0-z ended with exit code 3", "JobFailed")),
        (seen(ended(JOB, exit=-9)), ("failed", "seed-0-z was ended by signal 9", "JobFailed")),
        (seen(ended(JOB, exit=None)), ("failed", "seed-0-z ended while nobody watched", "JobFailed")),
    ])  # fmt: skip
    def test_stands_as_its_last_run(self, observed: Observed, expected: tuple[str, str, str]) -> None:
        assert state(self.JOB, observed) == expected

    def test_that_is_tried_again_has_failed_for_those_who_wait_after_some_tries(self) -> None:
        again = job("seed", restart=Restart("on-failure"))
        assert state(again, seen(ended(again, failures=1)))[0] == "waiting"
        assert state(again, seen(ended(again, failures=2)))[::2] == ("failed", "JobFailed")
        assert state(again, seen(ended(again, failures=2), ended(again, exit=0, at=300, id="b")))[0] == "done"

    def test_of_a_stopped_service_is_stopped(self) -> None:
        assert state(job("seed", replicas=0), seen())[0] == "stopped"

    def test_on_request_has_no_standing(self) -> None:
        assert standings(wanted(job("seed", when="request")), seen()) == ()


def test_settled_is_when_nothing_is_still_to_come() -> None:
    assert settled(())
    assert settled(standings(wanted(API, job("seed")), seen(running(API), ended(job("seed"), exit=0))))
    assert not settled(standings(wanted(API, WEB), seen(running(API))))


class TestWhy:
    DB = database("db")
    SHOP = wanted(DB, service("api", after=("db",)), service("web", after=("api",)))

    def test_follows_what_waits_to_what_began_it(self) -> None:
        lines, last = why("web", self.SHOP, seen(ended(self.DB, failures=5, exit=1)), ())
        assert lines == [
            "web is waiting for api",
            "  because api is waiting for db",
            "  because db is failed: db-0-z ended with exit code 1",
        ]
        assert last == "db"

    def test_of_what_is_well_says_so(self) -> None:
        everything = seen(*(running(w) for w in self.SHOP.workloads))
        assert why("web", self.SHOP, everything, ()) == (["web is ready"], "web")

    def test_tells_what_happened_last_to_both_ends_of_the_chain(self) -> None:
        events = [Event(float(n), "exited", "db", f"exit {n}", f"db-0-{n}") for n in range(9)]
        events.append(Event(9.0, "ready", "other"))
        lines, _ = why("web", self.SHOP, seen(ended(self.DB, failures=5)), events)
        past = lines[lines.index("what happened to it last:") + 1 :]
        assert past == [f"  exited db-0-{n} exit {n}" for n in range(3, 9)]

    def test_names_the_line_that_would_allow_a_refused_call(self) -> None:
        shop = msgspec.structs.replace(self.SHOP, refusals=(Refusal("web", "", named=80),))
        everything = seen(*(running(workload) for workload in shop.workloads))
        lines, _ = why("web", shop, everything, (), {"db": 3, "api:admin": 1, "away.example": 1})
        assert lines == [
            "web is ready",
            "it called api:admin, which it doesn't need (1 refused): to allow it, write "
            "services: {web: {needs: [{api: {port: admin}}]}}",
            "it called db, which it doesn't need (3 refused): to allow it, write services: {web: {needs: [db]}}",
        ]

    def test_of_what_is_not_wanted_says_that(self) -> None:
        assert why("api", Desired(app="shop"), seen(), ())[0] == [
            "api is not wanted now: it was stopped, `up` did not name it, or its profile isn't active"
        ]

    def test_of_a_database_looks_at_its_jobs_too(self) -> None:
        provision = job("db.provision", once_per="db", after=("db",))
        provision = msgspec.structs.replace(provision, owner="db")
        failed = ended(provision, exit=3, incarnation="one")
        lines, last = why("db", wanted(self.DB, provision), seen(running(self.DB), failed, data={"db": "one"}), ())
        assert lines == ["db.provision is failed: db.provision-0-z ended with exit code 3"]
        assert last == "db.provision"

    def test_a_circle_of_waiting_ends(self) -> None:
        circle = wanted(service("a", after=("b",)), service("b", after=("a",)))
        assert why("a", circle, seen(), ())[0] == ["a is waiting for b", "  because b is waiting for a"]

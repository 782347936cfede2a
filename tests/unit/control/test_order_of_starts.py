"""What waits for what."""

from __future__ import annotations

import msgspec
import pytest

from shoal.control.progress import standings
from shoal.control.reconcile import reconcile
from shoal.model.app import Restart
from shoal.model.observed import Instance, Observed
from shoal.model.plan import Start
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import After, Artifact, Step
from tests.unit.control.world import World, database, ended, job, lines, running, seen, service, wanted

INITDB = job("db.initdb", data="db", once_per="db")
DB = database("db", after=("db.initdb:done",))
PROVISION = job("db.provision", after=("db",), once_per="db")
API = service("api", after=("db", "db.provision:done"), artifact="k", replicas=2)
SHOP = wanted(INITDB, DB, PROVISION, API, artifacts=(Artifact("k", "api", "/src"),))


def test_the_first_plan_names_every_operation_and_what_it_waits_for() -> None:
    assert lines(reconcile(SHOP, Observed(), None, now=0)) == [
        "build api: api is new or changed",
        "start db.initdb/0: wanted, and not there",
        "start db/0: wanted, and not there  [after db.initdb done]",
        "start db.provision/0: wanted, and not there  [after db ready]",
        "start api/0: wanted, and not there  [after build api, db ready, db.provision done]",
        "start api/1: wanted, and not there  [after build api, db ready, db.provision done]",
    ]


def test_an_app_starts_in_its_order_and_comes_to_rest() -> None:
    world = World(SHOP)
    world.settle()
    starts = [line for line in world.history if line.startswith("start")]
    assert starts == ["start db.initdb/0", "start db/0", "start db.provision/0", "start api/0", "start api/1"]


@pytest.mark.parametrize(
    ("instance", "waits"),
    [
        (None, True),
        (running(service("api"), phase="starting"), False),
        (running(service("api"), phase="unready"), False),
        (ended(service("api"), exit=1), False),
    ],
    ids=["not there", "starting", "unready", "ended again"],
)
def test_what_waits_for_a_start_waits_for_nothing_more(instance: Instance | None, waits: bool) -> None:
    web = msgspec.structs.replace(service("web"), after=(After("api", "started"),))
    observed = seen(*([instance] if instance else []))
    plan = reconcile(wanted(service("api"), web), observed, None, now=500)
    assert ("start web/0: wanted, and not there  [after api started]" in lines(plan)) == waits


def test_at_rest_there_is_nothing_to_do() -> None:
    world = World(SHOP)
    world.settle()
    assert str(world.lap()) == "nothing to do"


def test_a_failed_job_stops_what_depends_on_it() -> None:
    failed = ended(PROVISION, exit=3, incarnation="one")
    observed = seen(running(DB), failed, ended(INITDB, exit=0, incarnation="one"), artifacts=frozenset({"k"}),
                    data={"db": "one"})  # fmt: skip
    plan = reconcile(SHOP, observed, None, now=500)
    assert plan.ready() == ()
    assert "start api/0: wanted, and not there  [after db.provision done]" in lines(plan)
    assert not any("start db.provision" in line for line in lines(plan))


def test_a_job_is_done_again_when_the_data_it_was_done_on_is_gone() -> None:
    world = World(SHOP)
    world.settle()
    world.observed = seen(*(i for i in world.observed.instances if i.kind == "job"), data={"db": "two"})
    world.history.clear()
    world.settle()
    assert "start db.provision/0" in world.history


def test_a_job_of_ours_whose_end_nobody_saw_runs_again() -> None:
    lost = ended(PROVISION, exit=None, incarnation="one")
    observed = seen(running(DB), lost, ended(INITDB, exit=0, incarnation="one"), data={"db": "one"})
    assert "start db.provision/0" in [op.id for op in reconcile(SHOP, observed, None, now=500).ready()]


@pytest.mark.parametrize("end", [3, -9, None])
def test_a_job_that_runs_once_is_not_begun_again_however_it_ended(end: int | None) -> None:
    once = job("send")
    assert reconcile(wanted(once), seen(ended(once, exit=end)), None, now=500).operations == ()


@pytest.mark.parametrize("end", [3, -9, None])
def test_a_job_that_runs_at_least_once_is_begun_again_until_it_ends_well(end: int | None) -> None:
    again = job("send", restart=Restart("on-failure", backoff=5.0))
    failed = ended(again, exit=end, at=200.0, failures=1)
    early = reconcile(wanted(again), seen(failed), None, now=205)
    assert (early.ready(), early.wake) == ((), 210.0)
    (start,) = reconcile(wanted(again), seen(failed), None, now=210).ready()
    assert isinstance(start, Start)
    assert (start.id, start.failures) == ("start send/0", 2)
    assert start.cause.startswith("send-0-z")
    well = ended(again, exit=0, at=211, id="send-0-b")
    assert lines(reconcile(wanted(again), seen(failed, well), None, now=300)) == [
        "forget send-0-z: its record is of no more use"
    ]


def test_it_is_begun_at_once_on_new_data() -> None:
    again = job("load", restart=Restart("on-failure"), once_per="db")
    on_old = ended(again, exit=1, at=499.9, incarnation="one")
    assert reconcile(wanted(again), seen(on_old, data={"db": "two"}), None, now=500).ready()


def test_a_broken_build_is_not_tried_again_by_itself_and_what_ran_goes_on() -> None:
    old = running(API, revision="r0")
    desired = wanted(API, artifacts=SHOP.artifacts)
    plan = reconcile(desired, seen(old, broken_builds={"k": "no"}), None, now=500)
    assert plan.ready() == ()
    assert not any(line.startswith(("build", "stop")) for line in lines(plan))


def test_a_job_on_request_is_never_started() -> None:
    assert reconcile(wanted(job("seed", when="request")), Observed(), None, now=0).operations == ()


READS = Step("copy", (concat("cp"), Value((Ref("artifact", "g"),))))
GENERATED = wanted(
    service("api", artifact="a"),
    service("reader", env={"FILES": Value((Ref("artifact", "g"),))}),
    artifacts=(Artifact("a", "api", "/api", (READS,)), Artifact("g", "protos", "/protos")),
)


def test_a_build_waits_for_those_that_it_uses_and_so_does_who_reads_them() -> None:
    plan = reconcile(GENERATED, seen(), None, now=0)
    assert lines(plan) == [
        "build api: api is new or changed  [after build protos]",
        "build protos: protos is new or changed",
        "start api/0: wanted, and not there  [after build api]",
        "start reader/0: wanted, and not there  [after build protos]",
    ]
    plan = reconcile(GENERATED, seen(artifacts=frozenset({"g"})), None, now=0)
    assert [op.id for op in plan.ready()] == ["build api", "start reader/0"]


def test_a_build_that_nobody_who_is_wanted_waits_for_is_left_out() -> None:
    stopped = msgspec.structs.replace(GENERATED, workloads=(service("api", artifact="a", replicas=0),))
    assert lines(reconcile(stopped, seen(), None, now=0)) == ["nothing to do"]


def test_what_is_built_from_a_broken_build_fails_for_its_reason() -> None:
    observed = seen(broken_builds={"g": "BuildFailed: protos: no"})
    assert not any(op.id.startswith("build") for op in reconcile(GENERATED, observed, None, now=0).operations)
    assert [(s.state, s.why, s.error) for s in standings(GENERATED, observed)] == [
        ("failed", "protos: no", "BuildFailed")
    ] * 2

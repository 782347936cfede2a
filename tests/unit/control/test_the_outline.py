"""How far each thing of the file is: one entry per name, in the order in which they start."""

from __future__ import annotations

from shoal.control.outline import outline
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed, Phase
from shoal.model.workload import After, Workload


def instance(workload: Workload, phase: Phase = "ready") -> Instance:
    return Instance(f"{workload.name}-0", workload.name, workload.kind, workload.revision, phase=phase)


DB = Workload("db", "backing", owner="db", revision="r")
INIT = Workload("db.init", "job", owner="db", revision="r")
API = Workload("api", "service", owner="api", revision="r", after=(After("db"), After("api.migrate", "done")))
MIGRATE = Workload("api.migrate", "job", owner="api", revision="r", after=(After("db"),))
WEB = Workload("web", "service", owner="web", revision="r", replicas=2, after=(After("api"),))
ALL = Desired("shop", workloads=(WEB, API, MIGRATE, DB, INIT))


def test_there_is_an_entry_per_owner_behind_what_it_waits_for() -> None:
    assert [(e.owner, e.level) for e in outline(ALL, Observed())] == [("db", 0), ("api", 1), ("web", 2)]


def test_the_worst_of_an_owners_workloads_speaks_for_it() -> None:
    found = {e.owner: e for e in outline(ALL, Observed(instances=(instance(DB), instance(MIGRATE, "starting"))))}
    assert (found["api"].workload, found["api"].state) == ("api.migrate", "starting")
    assert (found["web"].state, found["web"].why) == ("waiting", "for api")


def test_done_jobs_beside_a_ready_service_are_ready() -> None:
    ended = Instance("db.init-0", "db.init", "job", "r", phase="exited", exit=0)
    (first, *_) = outline(ALL, Observed(instances=(instance(DB), ended)))
    assert (first.owner, first.state, first.ready, first.replicas) == ("db", "ready", 1, 1)


def test_what_is_not_wanted_any_more_is_stopping() -> None:
    found = outline(Desired("shop"), Observed(instances=(instance(DB), instance(WEB))))
    assert [(e.owner, e.state) for e in found] == [("db", "stopping"), ("web", "stopping")]


def test_workloads_that_wait_for_each_other_across_owners_end() -> None:
    a = Workload("a", "service", owner="a", after=(After("b.migrate", "done"),))
    b = Workload("b", "service", owner="b", after=(After("a.migrate", "done"),))
    jobs = (Workload("a.migrate", "job", owner="a"), Workload("b.migrate", "job", owner="b"))
    assert {e.owner for e in outline(Desired("x", workloads=(a, b, *jobs)), Observed())} == {"a", "b"}

"""A process that is attached stands in for a service's own instances, and is nobody's to start or replace."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.control.facts import aside
from shoal.control.leaving import leaving
from shoal.control.progress import standings
from shoal.control.reconcile import reconcile
from shoal.control.transitions import transitions
from shoal.model.app import Port
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.plan import Plan
from shoal.model.workload import Workload
from tests.unit.control.world import running, seen, service, wanted

API = service("api", ports=(Port(),))
WORKER = service("worker")


def attached(workload: Workload, phase: str = "ready", **rest: Any) -> Instance:
    return running(workload, phase=phase, id=f"{workload.name}-0-own", attached=True, pid=42, **rest)


def plan(desired: Desired, observed: Observed) -> Plan:
    return reconcile(desired, observed, None, now=1000.0)


def test_a_services_own_instances_go_on_but_get_no_requests() -> None:
    observed = seen(running(API), attached(API))
    assert plan(wanted(API), observed).operations == ()
    assert aside(observed) == {"api-0-a"}


@pytest.mark.parametrize("phase", ["starting", "unready", "stopping", "exited"])
def test_they_get_them_while_it_is_not_ready(phase: str) -> None:
    assert aside(seen(running(API), attached(API, phase))) == frozenset()


def test_an_own_instance_that_crashes_is_started_again_beside_it() -> None:
    assert "start api/0" in str(plan(wanted(API), seen(attached(API))))


def test_without_ports_its_own_stop_and_come_back_afterwards() -> None:
    both = seen(running(WORKER), attached(WORKER))
    assert leaving(wanted(WORKER), both, 0.0) == {"worker-0-a": "a process is attached in the place of worker"}
    assert plan(wanted(WORKER), seen(attached(WORKER))).operations == ()
    assert [s.state for s in standings(wanted(WORKER), seen(attached(WORKER)))] == ["ready"]
    assert "start worker/0" in str(plan(wanted(WORKER), seen(attached(WORKER, "exited"))))


def test_it_is_left_alone_by_probes_changes_and_scale() -> None:
    stuck = attached(API, "unready", stuck=True, reason="its liveness probe failed")
    for wish in (API, service("api", revision="r2"), service("api", replicas=0)):
        assert leaving(wanted(wish), seen(stuck), 0.0) == {}


def test_it_goes_with_its_service() -> None:
    assert leaving(wanted(), seen(attached(API)), 0.0) == {"api-0-own": "api is no longer wanted"}


def test_its_end_is_forgotten_and_no_crash() -> None:
    over = seen(running(API), attached(API, "exited", ended=200.0))
    assert [str(o.id) for o in plan(wanted(API), over).operations] == ["forget api-0-own"]


def test_a_service_that_waits_for_it_is_content() -> None:
    excepted = service("api", when="request", ports=(Port(),))
    web = service("web", after=("api",))
    assert "[after" in str(plan(wanted(excepted, web), seen()))
    assert str(plan(wanted(excepted, web), seen(attached(API)))) == "start web/0: wanted, and not there"


def test_its_coming_and_going_are_told() -> None:
    begun, over = seen(attached(API, "starting")), seen(attached(API, "exited", ended=200.0))
    assert [(e.kind, e.text) for e in transitions(seen(), begun, 100.0)] == [("attached", "pid 42 stands in")]
    assert [(e.kind, e.text) for e in transitions(begun, over, 300.0)] == [("detached", "pid 42 has ended")]

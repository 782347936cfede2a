"""What ends by itself is started again, later each time."""

from __future__ import annotations

from typing import Literal

import pytest

from shoal.control.facts import backoff
from shoal.control.reconcile import reconcile
from shoal.model.app import Restart
from shoal.model.plan import Start
from tests.unit.control.world import database, ended, lines, running, seen, service, wanted

API = service("api")


def test_a_crashed_instance_starts_again_after_its_back_off() -> None:
    observed = seen(ended(API, exit=137, at=200.0))
    early = reconcile(wanted(API), observed, None, now=200.1)
    assert lines(early) == ["start api/0: api-0-z ended with exit code 137  [after back-off of 0.5 s]"]
    assert early.wake == pytest.approx(200.5)
    late = reconcile(wanted(API), observed, None, now=200.6)
    assert [op.id for op in late.ready()] == ["start api/0"]


def test_the_back_off_doubles_up_to_the_longest() -> None:
    assert [backoff(API, n) for n in (0, 1, 2, 3, 4, 7, 50)] == [0, 0.5, 1, 2, 4, 30, 30]


def test_failures_in_a_row_are_counted_and_a_long_run_ends_the_row() -> None:
    short = reconcile(wanted(API), seen(ended(API, failures=4)), None, now=999)
    long = reconcile(wanted(API), seen(ended(API, failures=4, started=1.0)), None, now=999)
    assert [op.failures for op in (*short.operations, *long.operations) if isinstance(op, Start)] == [5, 1]


@pytest.mark.parametrize(("policy", "exit", "again"), [
    ("always", 0, True), ("always", 1, True), ("on-failure", 0, False), ("on-failure", 1, True), ("no", 1, False),
])  # fmt: skip
def test_the_restart_policy_decides(policy: Literal["always", "on-failure", "no"], exit: int, again: bool) -> None:
    api = service("api", restart=Restart(policy))
    plan = reconcile(wanted(api), seen(ended(api, exit=exit)), None, now=999)
    assert bool(plan.operations) is again


def test_a_stuck_instance_is_stopped_and_then_replaced() -> None:
    stuck = running(API, phase="unready", stuck=True, reason="its liveness probe failed 3 times: no answer within 2 s")
    plan = reconcile(wanted(API), seen(stuck), None, now=999)
    assert lines(plan) == ["stop api-0-a: its liveness probe failed 3 times: no answer within 2 s"]


def test_other_slots_are_left_alone() -> None:
    api = service("api", replicas=3)
    plan = reconcile(wanted(api), seen(running(api, 0), ended(api, 1), running(api, 2)), None, now=999)
    assert [op.id for op in plan.operations] == ["start api/1"]


def test_a_crashed_database_does_not_restart_its_callers() -> None:
    db, api = database("db"), service("api", after=("db",))
    plan = reconcile(wanted(db, api), seen(ended(db), running(api)), None, now=999)
    assert [op.id for op in plan.operations] == ["start db/0"]

"""A clock that is set, back or forward, must neither keep a service down nor start it without a pause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shoal.control.facts import backoff
from shoal.control.reconcile import reconcile
from shoal.model.plan import Forget, Plan, Start
from tests.unit.control.world import ended, job, seen, service, wanted

API = service("api")
SEED = job("seed")
NOW = 10_000.0
LONGEST = API.restart.longest


def start(plan: Plan) -> Start:
    (found,) = (op for op in plan.operations if isinstance(op, Start))
    return found


@given(at=st.floats(0, 100 * NOW), failures=st.integers(0, 30))
def test_nobody_waits_longer_than_the_longest_back_off(at: float, failures: int) -> None:
    plan = reconcile(wanted(API), seen(ended(API, at=at, failures=failures, started=at)), None, now=NOW)
    assert not start(plan).after or NOW < plan.wake <= NOW + LONGEST


@given(back=st.floats(1, NOW - 200))
def test_a_clock_set_back_starts_at_once_and_then_counts_anew(back: float) -> None:
    old = ended(API, at=NOW, failures=7, started=NOW - 1)
    now = NOW - back
    assert not start(reconcile(wanted(API), seen(old), None, now=now)).after
    # It ends again and again after that: the old end is no reason to forget the new ones, or to hurry.
    new = ended(API, at=now, failures=2, started=now, id="api-0-y")
    again = reconcile(wanted(API), seen(old, new), None, now=now + 0.01)
    assert start(again).failures == 3
    assert again.wake <= now + backoff(API, 3) + 0.01
    assert start(again).after
    assert not [op for op in again.operations if isinstance(op, Forget)]


def test_once_the_clock_has_caught_up_the_old_end_is_forgotten() -> None:
    old, new = ended(API, at=NOW, started=NOW - 1), ended(API, at=NOW + 1, started=NOW + 1, id="api-0-y")
    plan = reconcile(wanted(API), seen(old, new), None, now=NOW + 2)
    assert [op.instance for op in plan.operations if isinstance(op, Forget)] == [old.id]


@given(now=st.floats(0, 100 * NOW))
def test_a_job_that_was_done_stays_done(now: float) -> None:
    plan = reconcile(wanted(SEED), seen(ended(SEED, at=NOW, exit=0)), None, now=now)
    assert plan.operations == ()

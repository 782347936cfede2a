"""Scheduled jobs: one run at most per due time, none missed for good, no storm, whatever clock and daemon do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.control.progress import settled, standings
from shoal.control.reconcile import reconcile
from shoal.control.scheduled import skipped
from shoal.model.app import Restart, Schedule
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.plan import Plan, Start, Stop
from shoal.model.workload import Workload

SINCE = 1000.0  # runs are due at 1060, 1120, ...


def wanted(overlap: Any = "skip", **fields: Any) -> Desired:
    given: dict[str, Any] = {"revision": "r1", "when": "schedule", "schedule": Schedule("every 1m", overlap)} | fields
    return Desired("app", workloads=(Workload("tidy", "job", **given),), scheduled={"tidy": SINCE})


def run(started: float, ended: float = 0.0, code: int = 0, name: str = "tidy-0-a", **fields: Any) -> Instance:
    ends = {"phase": "exited", "ended": ended, "exit": code} if ended else {"phase": "starting"}
    given: dict[str, Any] = {"revision": "r1", "started": started} | ends | fields
    return Instance(name, "tidy", "job", **given)


def plan(now: float, *runs: Instance, desired: Desired | None = None) -> Plan:
    return reconcile(desired or wanted(), Observed(instances=runs), None, now=now)


def starts(found: Plan) -> list[Start]:
    return [op for op in found.operations if isinstance(op, Start)]


@pytest.mark.parametrize(("now", "runs", "begins"), [
    (1059.0, (), False),
    (1060.0, (), True),
    (1e6, (), True),
    (1061.0, (run(1060.5, 1060.8),), False),
    (1121.0, (run(1060.5, 1060.8),), True),
    (1121.0, (run(1060.5, 1060.8, code=3),), True),
    (1121.0, (run(1060.5, 1120.5),), False),  # due while the last one went on: left out
    (1121.0, (run(1060.5),), False),
    (1e6, (run(1060.5, 1060.8),), True),
])  # fmt: skip
def test_a_run_is_due_after_the_last(now: float, runs: tuple[Instance, ...], begins: bool) -> None:
    assert bool(starts(plan(now, *runs))) == begins


def test_the_loop_wakes_when_the_next_one_is_due() -> None:
    assert plan(1010.0).wake == 1060.0
    assert plan(1070.0, run(1060.5, 1061.0)).wake == 1120.0


def test_the_plan_says_since_when_it_is_due() -> None:
    (start,) = starts(plan(1060.0))
    assert start.id == "start tidy/0"
    assert start.cause.startswith("due at ")


def test_what_waits_runs_once_when_the_last_has_ended() -> None:
    desired = wanted("wait")
    assert not starts(plan(1300.0, run(1060.5), desired=desired))
    assert starts(plan(1300.0, run(1060.5, 1299.0), desired=desired))
    assert not starts(plan(1301.0, run(1060.5, 1299.0), run(1300.0, 1300.5, name="tidy-0-b"), desired=desired))


def test_what_replaces_stops_the_last_first() -> None:
    found = plan(1121.0, run(1060.5), desired=wanted("replace"))
    assert [op.instance for op in found.operations if isinstance(op, Stop)] == ["tidy-0-a"]
    assert [start.after for start in starts(found)] == [("stop tidy-0-a",)]
    assert not plan(1119.0, run(1060.5), desired=wanted("replace")).operations


def test_a_run_goes_on_when_the_file_has_changed() -> None:
    assert not plan(1070.0, run(1060.5), desired=wanted(revision="r2")).operations


def test_a_stopped_job_is_not_due_and_its_run_ends() -> None:
    stopped = wanted(replicas=0)
    assert not plan(1e6, desired=stopped).operations
    assert [type(op) for op in plan(1070.0, run(1060.5), desired=stopped).operations] == [Stop]


def test_a_clock_that_was_years_ahead_does_not_hold_it_up_for_years() -> None:
    assert starts(plan(1121.0, run(1e9, 1e9 + 1)))
    assert not starts(plan(1119.0, run(1e9, 1e9 + 1), run(1060.5, 1061.0, name="tidy-0-b")))


def test_a_clock_put_back_an_hour_repeats_nothing() -> None:
    assert not starts(plan(5000.0, run(8000.0, 8001.0)))


def test_what_nobody_knows_the_beginning_of_is_not_due() -> None:
    desired = msgspec.structs.replace(wanted(), scheduled={})
    assert not plan(1e9, desired=desired).operations


@given(st.lists(st.floats(0.1, 500.0), min_size=1, max_size=30), st.floats(0.0, 200.0))
def test_however_rarely_one_looks_there_is_one_run_at_most_per_due_time(pauses: list[float], takes: float) -> None:
    now = SINCE
    runs: list[Instance] = []
    for number, pause in enumerate(pauses):
        now += pause
        ended = [
            r if r.ended or r.started + takes > now else run(r.started, r.started + takes, name=r.id) for r in runs
        ]
        if starts(plan(now, *ended)):
            assert all(r.ended for r in ended)
            ended.append(run(now, name=f"tidy-0-{number}"))
        runs = ended
    minutes = [int((r.started - SINCE) // 60) for r in runs]
    assert len(set(minutes)) == len(minutes)
    assert 0 not in minutes


def texts(before: float, now: float, *runs: Instance, overlap: str = "skip") -> list[str]:
    return [e.text for e in skipped(wanted(overlap), Observed(instances=runs), before, now)]


def test_a_due_time_that_is_left_out_is_told_once() -> None:
    assert texts(1119.0, 1121.0, run(1060.5))[0].endswith("tidy-0-a still goes on")
    assert texts(1121.0, 1122.0, run(1060.5)) == []
    assert len(texts(1061.0, 1400.0, run(1060.5))) == 1
    assert texts(1119.0, 1121.0, run(1060.5, 1100.0)) == []
    assert texts(1119.0, 1121.0, run(1060.5), overlap="wait") == []


def test_it_stands_as_scheduled_whatever_its_runs_came_to() -> None:
    def why(*runs: Instance) -> str:
        (found,) = standings(wanted(), Observed(instances=runs), 1070.0)
        assert found.state == "scheduled"
        assert settled((found,))
        return found.why

    assert why().startswith("next run 1970-")
    assert why(run(1060.5)).startswith("running since 1970-")
    assert why(run(1060.5, 1061.0, reason="exited with code 3", code=3)).endswith(
        "; the last one failed: tidy-0-a: exited with code 3"
    )


AGAIN = wanted(restart=Restart("on-failure", backoff=5.0))


@pytest.mark.parametrize(("now", "last", "begins"), [
    (1065.0, run(1060.0, 1061.0, code=3), False),  # its pause is not over
    (1066.0, run(1060.0, 1061.0, code=3), True),
    (1066.0, run(1060.0, 1061.0, code=-9), True),
    (1066.0, run(1060.0, 1061.0, exit=None), True),  # nobody saw how it ended
    (1066.0, run(1060.0, 1061.0), False),
    (1070.0, run(1060.0, 1061.0, code=3, failures=1), False),  # the second pause is longer
    (1071.0, run(1060.0, 1061.0, code=3, failures=1), True),
    (1120.0, run(1060.0, 1061.0, code=3, failures=9), True),  # the next one is due
    (1030.0, run(960.0, 961.0, code=3), False),  # of a time before it was wanted
])  # fmt: skip
def test_what_is_to_be_done_at_least_once_is_repeated_until_it_ends_well(
    now: float, last: Instance, begins: bool
) -> None:
    found = starts(plan(now, last, desired=AGAIN))
    told = [(start.failures, start.cause.startswith("tidy-0-a")) for start in found]
    assert told == ([(last.failures + 1, True)] if begins else [])


@pytest.mark.parametrize("end", [{"code": 3}, {"code": -9}, {"exit": None}])
def test_otherwise_a_due_time_has_one_run_however_that_ended(end: dict[str, Any]) -> None:
    assert not starts(plan(1119.0, run(1060.0, 1061.0, **end)))


def test_the_loop_wakes_for_a_repetition() -> None:
    assert plan(1062.0, run(1060.0, 1061.0, code=3), desired=AGAIN).wake == 1066.0

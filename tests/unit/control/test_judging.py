"""What becomes of a canary: an abort as soon as it is surely worse, a pass when time is up, with the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.canary import CASES, Case, run
from shoal.control.judging import Ruling, Trial, judge
from shoal.control.thin import own_due, own_path
from shoal.model.analysis import Analysis
from shoal.model.app import Probe, Probes
from shoal.model.sample import Sample, measured

LASTS = 60.0


def sample(requests: int, failures: int = 0, takes: float = 0.04) -> Sample:
    return measured([takes] * requests, failures)


def trial(stable: Sample, canary: Sample, seconds: int = 10, analysis: Analysis = Analysis()) -> Trial:
    """As if each second of the step were the same."""
    found = Trial()
    for _ in range(seconds):
        found = found.after(stable, canary, analysis)
    return found


def ruling(found: Trial, elapsed: float = LASTS, analysis: Analysis = Analysis()) -> Ruling:
    return judge(found, analysis, elapsed, LASTS)


def test_before_enough_requests_nothing_is_said() -> None:
    assert ruling(trial(sample(9), sample(1, 1))) == Ruling(
        "going", "too few requests yet: canary has answered 10 of 50"
    )
    assert ruling(trial(sample(1), sample(9))).why == "too few requests yet: stable has answered 10 of 50"


def test_a_broken_one_is_aborted_before_time_is_up() -> None:
    found = ruling(trial(sample(90), sample(10, 5)), 10.0)
    assert found.state == "fail"
    assert found.why == (
        "canary fails more than stable (by chance less than once in a million): "
        "canary failed 50 of 100 (50.0 %), p95 40 ms, stable 0 of 900 (0 %), p95 40 ms "
        "(allowed: 0.5 points more and 85 ms)"
    )


def test_a_slow_one_is_aborted() -> None:
    found = ruling(trial(sample(90), sample(10, takes=0.2), 30), 30.0)
    assert found.state == "fail"
    assert found.why.startswith("canary is slower than stable (by chance less than once in")
    assert "canary failed 0 of 300 (0 %), p95 200 ms" in found.why


def test_one_as_good_passes_when_time_is_up_and_not_before() -> None:
    found = trial(sample(90, 1), sample(10))
    assert ruling(found, 59.0).state == "going"
    assert ruling(found).state == "pass"
    assert ruling(found).why.startswith("as good as stable: canary failed 0 of 100 (0 %), p95 40 ms, stable 10 of 900")


def test_what_both_suffer_is_no_fault_of_the_canary() -> None:
    assert ruling(trial(sample(90, 45, 2.0), sample(10, 5, 2.0))).state == "pass"


def test_what_looks_worse_gets_more_time() -> None:
    one = trial(sample(90), sample(10), 9).after(sample(90), sample(10, 3), Analysis())
    found = ruling(one)
    assert found.state == "going"
    assert found.why.startswith("time is up, but canary seems to fail more than stable: canary failed 3 of 100 (3.0 %)")


def test_the_files_tolerances_count() -> None:
    lenient = Analysis(failures=60.0, factor=10.0)
    assert ruling(trial(sample(90), sample(10, 5), analysis=lenient), analysis=lenient).state == "pass"
    assert ruling(trial(sample(90), sample(10, takes=0.2), analysis=lenient), analysis=lenient).state == "pass"


def test_shoals_own_requests_are_told_apart_and_count() -> None:
    found = Trial()
    for _ in range(30):
        found = found.after(sample(2), sample(0), Analysis(), sample(20), sample(20, 2))
    told = ruling(found, 30.0)
    assert told.state == "fail"
    assert "canary failed 0 of 0, stable 0 of 60 (0 %), p95 40 ms" in told.why
    assert "; shoal's own requests: canary failed 60 of 600 (10.0 %), p95 40 ms, stable 0 of 600 (0 %)" in told.why


def test_easy_questions_of_ones_own_do_not_make_up_for_failures() -> None:
    """Each kind of request is compared with the same kind: here 4 % of people's fail on either side."""
    found = Trial()
    for _ in range(50):
        found = found.after(sample(100, 4), sample(0), Analysis(), sample(20), sample(20))
    assert ruling(found).state == "pass"


Second = tuple[tuple[int, int], float, tuple[int, int], float]


def seen(counts: tuple[int, int], taken: float) -> Sample:
    return sample(*counts, taken)


counts = st.integers(0, 100).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
takes = st.sampled_from((0.001, 0.04, 0.5, 20.0))
seconds = st.lists(st.tuples(counts, takes, counts, takes), max_size=20)


@given(seconds, st.floats(0, 120))
def test_whatever_comes_there_is_a_ruling_with_its_numbers(every: list[Second], elapsed: float) -> None:
    found = Trial()
    for stable, usual, canary, taken in every:
        found = found.after(seen(stable, usual), seen(canary, taken), Analysis())
    told = ruling(found, elapsed)
    assert told.state != "pass" or elapsed >= LASTS
    enough = min(found.stable.requests, found.canary.requests) >= Analysis().minimum
    assert enough or told.state == "going"
    assert not enough or f"canary failed {found.canary.failures:,} of {found.canary.requests:,}" in told.why


@given(seconds)
def test_a_twin_is_never_aborted(every: list[Second]) -> None:
    """Whatever befalls both in the same seconds."""
    found = Trial()
    for both, taken, _, _ in every:
        found = found.after(seen(both, taken), seen(both, taken), Analysis())
    assert ruling(found).state in ("going", "pass")


# Where traffic is thin


def test_thin_traffic_is_filled_up_on_both_sides() -> None:
    analysis = Analysis(own=20)
    assert own_due(trial(sample(90), sample(10)), analysis, 10.0, 1.0) == 0
    assert own_due(trial(sample(2), sample(0)), analysis, 10.0, 1.0) == 20
    assert own_due(trial(sample(0), sample(90)), analysis, 10.0, 1.0) == 20
    assert own_due(trial(sample(2), sample(0)), analysis, 10.0, 0.5) == 10


def test_nothing_is_caught_up_on_after_a_pause() -> None:
    assert own_due(trial(sample(2), sample(0)), Analysis(own=20), 600.0, 590.0) == 40


def test_nothing_is_asked_where_the_file_says_so() -> None:
    assert own_due(Trial(), Analysis(own=0), 10.0, 1.0) == 0


@pytest.mark.parametrize(("path", "ready", "asked"), [
    ("/tags", Probe("http", path="/ready"), "/tags"),
    ("", Probe("http", path="/ready"), "/ready"),
    ("", Probe("tcp"), ""),
    ("", None, ""),
    ("/tags", None, "/tags"),
])  # fmt: skip
def test_what_is_asked_for(path: str, ready: Probe | None, asked: str) -> None:
    assert own_path(Analysis(path=path), Probes(ready=ready)) == asked


# Seeded runs; bench/canary.py makes a hundred of each


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rate:g} rps, {case.what}")
def test_most_runs_end_as_they_should(case: Case) -> None:
    found = [run(case, seed) for seed in range(5)]
    assert sum(one.ruling.state == case.wanted for one in found) >= 4, [one.ruling for one in found]

"""Statistics and verdicts of the benchmarks."""

from __future__ import annotations

import pytest

from bench.figures import Verdict, conclude, median, percentile, spread


def test_a_spread_is_least_middle_and_most() -> None:
    assert spread([3.0, 1.0, 2.0]) == (1.0, 2.0, 3.0)
    assert median([1.0, 2.0]) == 1.5
    assert spread([1.0]).text("s") == "1.00 s (1.00–1.00)"


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.25, 1.0), (0.5, 2.0), (0.51, 3.0), (1.0, 4.0)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile([4.0, 3.0, 1.0, 2.0], share) == expected


def test_nothing_measured_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


@pytest.mark.parametrize(
    ("value", "least", "holds"), [(1.3, False, True), (1.31, False, False), (1.3, True, True), (1.29, True, False)]
)
def test_a_bound_itself_is_within(value: float, least: bool, holds: bool) -> None:
    assert Verdict("a claim", value, 1.3, least=least).holds is holds


def test_one_missed_bound_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Verdict("start", 0.857, 1.3), Verdict("memory", 120.2, 100, "MB")
    assert conclude([good]) == 0
    assert conclude([good, bad]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "PASS  start: 0.857 ×, at most 1.3 ×",
        "FAIL  memory: 120 MB, at most 100 MB",
    ]

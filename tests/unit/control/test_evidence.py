"""Evidence that a canary fails more: it may be looked at every second, and still is rarely wrong."""

from __future__ import annotations

import random
from math import comb, exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.control.evidence import Evidence, Tally

ALLOWED = 0.01


@st.composite
def histories(draw: st.DrawFn) -> Evidence:
    """Evidence after any past, as if its weight began anew."""

    def seen() -> Tally:
        every = draw(st.integers(0, 500))
        return Tally(every, draw(st.integers(0, every)))

    return Evidence(seen(), seen())


def likelihood(every: int, wrong: int, share: float) -> float:
    return comb(every, wrong) * share**wrong * (1 - share) ** (every - wrong)


@given(histories(), st.integers(0, 6), st.integers(0, 6), st.floats(0, 0.5), st.floats(0, 0.98), st.floats(0, 1))
def test_nothing_can_be_expected_of_a_canary_that_is_as_good(
    before: Evidence, n: int, m: int, allowed: float, stable: float, part: float
) -> None:
    """Whatever came before, and wherever the true shares lie, the mean of the next factor is at most 1."""
    canary = part * min(1.0, stable + allowed)
    mean = sum(
        likelihood(n, x, stable)
        * likelihood(m, y, canary)
        * exp(before.after(Tally(n, x), Tally(m, y), allowed).weight)
        for x in range(n + 1)
        for y in range(m + 1)
    )
    assert mean <= 1 + 1e-9


@given(histories(), st.integers(0, 50), st.integers(0, 50))
def test_one_side_alone_says_nothing(before: Evidence, n: int, x: int) -> None:
    seen = Tally(max(n, x), x)
    assert before.after(seen, Tally(), ALLOWED).weight == before.after(Tally(), seen, ALLOWED).weight == 0.0


def ends(fails: tuple[float, float], seed: int, seconds: int = 200) -> list[float]:
    """How the evidence went, second by second."""
    chance = random.Random(seed)

    def tally(requests: int, share: float) -> Tally:
        return Tally(requests, sum(chance.random() < share for _ in range(requests)))

    evidence, found = Evidence(), []
    for _ in range(seconds):
        evidence = evidence.after(tally(18, fails[0]), tally(2, fails[1]), ALLOWED)
        found.append(evidence.weight)
    return found


@pytest.mark.parametrize("fails", [(0.01, 0.01), (0.02, 0.03), (0.3, 0.3), (0.0, 0.0)])
def test_looking_every_second_makes_no_false_alarms(fails: tuple[float, float]) -> None:
    """Of 200 runs at most 1 of 20 ever comes to 20, give or take what chance does to 200 runs."""
    alarms = sum(max(ends(fails, seed)) >= log(20) for seed in range(200))
    assert alarms <= 15


def test_a_difference_is_found_and_grows() -> None:
    found = ends((0.01, 0.2), 1)
    assert found[-1] > log(1e6)
    assert found[-1] > found[99] > found[49] > found[24]

"""When a certificate is renewed, and when somebody hears of it."""

from __future__ import annotations

import pytest

from shoal.certificates.renewal import DAY, LONGEST_PAUSE, due, late, pause

LIFE = 90 * DAY


def test_it_is_renewed_when_a_third_of_its_life_is_left() -> None:
    assert due(0, LIFE) == 60 * DAY


def test_failures_make_the_pause_longer_up_to_a_bound() -> None:
    assert [pause(failures) for failures in (0, 1, 2, 3)] == [0, 60, 120, 240]
    assert pause(30) == LONGEST_PAUSE


@pytest.mark.parametrize(("at", "said"), [
    (0, ""), (60, ""), (67, ""), (68, "ends in 22 days"), (89, "ends in 24 hours"), (90, "has ended"),
    (99, "has ended"),
])  # fmt: skip
def test_one_that_should_have_been_renewed_is_told_well_before_its_end(at: int, said: str) -> None:
    assert late(0, LIFE, at * DAY) == said

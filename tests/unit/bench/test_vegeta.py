"""What counts of a load: when a request was due, not when it could be sent."""

from __future__ import annotations

import pytest

from bench.vegeta import Answer, Window, between, parse

SECOND = 1_000_000_000


def line(number: int, sent: float, took: float, code: int = 200, problem: str = "") -> str:
    return f"{int(sent * SECOND)},{code},{int(took * SECOND)},0,0,{problem},,,{number},GET,http://x/y,"


def test_latency_counts_from_when_a_request_was_due() -> None:
    answers = parse([line(2, 101.0, 0.1), line(0, 100.0, 0.1), line(1, 100.9, 0.1)], rate=10)
    assert [round(a.due, 3) for a in answers] == [100.0, 100.1, 100.2]
    assert [round(a.took, 3) for a in answers] == [0.1, 0.9, 0.9]


def test_a_request_that_went_out_early_counts_from_then() -> None:
    assert parse([line(0, 100.0, 0.1), line(1, 100.05, 0.1)], rate=10)[1].took == pytest.approx(0.1)


def test_without_a_rate_each_is_due_when_it_is_sent() -> None:
    assert [a.due for a in parse([line(0, 100.0, 0.1), line(1, 107.0, 0.1)], rate=0)] == [100.0, 107.0]


@pytest.mark.parametrize(
    ("code", "took", "failed"),
    [(200, 0.1, False), (201, 4.9, False), (304, 0.1, False), (200, 5.1, True), (0, 0.1, True), (503, 0.1, True),
     (422, 0.1, True)],
)  # fmt: skip
def test_no_answer_a_refusal_and_a_late_answer_are_failures(code: int, took: float, failed: bool) -> None:
    assert Answer(1.0, took, code, "GET").failed is failed


def test_a_window_has_what_was_due_in_it() -> None:
    answers = parse([line(n, 100 + n, 0.01 * (n + 1), 503 if n == 3 else 200, "503 No") for n in range(5)], rate=1)
    window = between(answers, 101, 104)
    assert [round(a.due) for a in window.answers] == [101, 102, 103]
    assert window.failures == {"GET 503 No": 1}
    assert window.p(0.99) == pytest.approx(40)
    assert Window(answers[:3]).failures == {}

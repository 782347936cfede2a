"""Statistics, and verdicts on claims."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """The middle of some measurements, and how far they lie apart."""

    low: float
    median: float
    high: float

    def text(self, unit: str, digits: int = 2) -> str:
        return f"{self.median:.{digits}f} {unit} ({self.low:.{digits}f}–{self.high:.{digits}f})"


class Verdict(NamedTuple):
    """One claim: `value` may be `bound` at most (`least`: must be `bound` at least)."""

    claim: str
    value: float
    bound: float
    unit: str = "×"
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound

    def text(self) -> str:
        relation = "at least" if self.least else "at most"
        word = "PASS" if self.holds else "FAIL"
        return f"{word}  {self.claim}: {_number(self.value)} {self.unit}, {relation} {_number(self.bound)} {self.unit}"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def spread(values: Sequence[float]) -> Spread:
    """Raises ValueError when there are none."""
    if not values:
        raise ValueError("nothing was measured")
    return Spread(min(values), statistics.median(values), max(values))


def median(values: Sequence[float]) -> float:
    return spread(values).median


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all don't exceed. Raises ValueError when there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    rank = max(1, -int(-share * len(ordered) // 1))
    return ordered[min(rank, len(ordered)) - 1]


def conclude(verdicts: Sequence[Verdict]) -> int:
    """Prints them; the exit code."""
    for verdict in verdicts:
        print(verdict.text(), flush=True)
    return 0 if all(verdict.holds for verdict in verdicts) else 1

"""Sample: how the instances of one revision answered over some seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec


class Bin(NamedTuple):
    """So `many` answers took from `low` to `high` seconds."""

    low: float
    high: float
    many: int


class Sample(msgspec.Struct, frozen=True):
    """`failures` of the `requests` got a 5xx, a reset or nothing in time. Those that never got an answer have no
    latency, so `latencies` (ascending) may hold fewer."""

    requests: int = 0
    failures: int = 0
    latencies: tuple[Bin, ...] = ()

    @property
    def timed(self) -> int:
        return sum(found.many for found in self.latencies)

    def slower(self, than: float) -> int:
        """How many surely took longer."""
        return sum(found.many for found in self.latencies if found.low >= than and found.high > than)

    def quantile(self, percent: float) -> float:
        """So many of the answers came within this time; 0 without answers."""
        left = self.timed * percent / 100
        for found in self.latencies:
            left -= found.many
            if left <= 0:
                return found.high
        return 0.0


def total(samples: Iterable[Sample]) -> Sample:
    """All of them as one."""
    every = list(samples)
    counts: Counter[tuple[float, float]] = Counter()
    for found in (found for sample in every for found in sample.latencies):
        counts[found.low, found.high] += found.many
    latencies = tuple(Bin(low, high, count) for (low, high), count in sorted(counts.items()))
    return Sample(sum(s.requests for s in every), sum(s.failures for s in every), latencies)


def measured(seconds: Iterable[float], failures: int, unanswered: int = 0) -> Sample:
    """Of what each answer took; of `unanswered` requests nothing came."""
    counts = Counter(seconds)
    latencies = tuple(Bin(took, took, count) for took, count in sorted(counts.items()))
    return Sample(counts.total() + unanswered, failures + unanswered, latencies)

"""Verdicts on canaries at 10 % weight, in seeded runs of simulated seconds: shoal's own judging, no real requests.

A canary that fails 5 % of its requests (stable: 0.1 %) must be aborted within 60 s in 95 of 100 runs, one that is
equal promoted in 95 of 100, at 100 requests a second and at 2 with shoal's own; and so must be what could be mistaken
for the other.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from typing import NamedTuple

from bench.figures import Verdict, conclude, median
from shoal.control.judging import Ruling, Trial, judge
from shoal.control.thin import own_due
from shoal.model.analysis import Analysis
from shoal.model.sample import Sample, measured

STEP = 60
WEIGHT = 0.1
# As most services' latencies: the 95th percentile is 2.3 times the median.
SPREAD = 0.5
FINEST = 0.001


class Track(NamedTuple):
    """`fails` of its requests fail; half of its answers take longer than `takes` seconds."""

    fails: float = 0.001
    takes: float = 0.03

    def answered(self, requests: int, chance: random.Random) -> Sample:
        times = [self._time(chance) for _ in range(requests)]
        return measured(times, sum(chance.random() < self.fails for _ in times))

    def _time(self, chance: random.Random) -> float:
        return max(FINEST, round(self.takes * math.exp(SPREAD * chance.gauss(0, 1)), 3))


class Case(NamedTuple):
    what: str
    rate: float
    stable: Track
    canary: Track
    wanted: str
    within: int = STEP


class Run(NamedTuple):
    """How it ended, after how many seconds; of how many requests by people how many failed at the canary."""

    ruling: Ruling
    seconds: int
    asked: int
    harmed: int


GOOD, BAD, SLOW = Track(), Track(fails=0.05), Track(takes=0.2)
CASES = tuple(
    case
    for rate in (100.0, 2.0)
    for case in (
        Case("fails 5 % (stable: 0.1 %)", rate, GOOD, BAD, "fail"),
        Case("equal to stable", rate, GOOD, GOOD, "pass"),
        Case("equal, both fail 2 %", rate, Track(fails=0.02), Track(fails=0.02), "pass"),
        Case("twice as slow", rate, Track(takes=0.1), SLOW, "fail", within=2 * STEP),
        Case("equal, both slow", rate, SLOW, SLOW, "pass"),
    )
)


def run(case: Case, seed: int, analysis: Analysis = Analysis()) -> Run:
    """One canary, judged every second until it is over or its time has gone."""
    chance = random.Random(f"{case.what}/{case.rate}/{seed}")
    trial, asked, harmed, ruling = Trial(), 0, 0, Ruling("going", "")
    for second in range(1, case.within + 1):
        came, to_canary = _split(_arrivals(case.rate, chance), chance)
        stable, canary = case.stable.answered(came - to_canary, chance), case.canary.answered(to_canary, chance)
        own = own_due(trial, analysis, second - 1, 1.0)
        trial = trial.after(
            stable, canary, analysis, case.stable.answered(own, chance), case.canary.answered(own, chance)
        )
        asked, harmed = asked + came, harmed + canary.failures
        ruling = judge(trial, analysis, second, STEP)
        if ruling.state != "going":
            break
    return Run(ruling, second, asked, harmed)


def _arrivals(rate: float, chance: random.Random) -> int:
    """How many come in one second, independently of each other."""
    time, count = chance.expovariate(rate), 0
    while time < 1:
        time, count = time + chance.expovariate(rate), count + 1
    return count


def _split(came: int, chance: random.Random) -> tuple[int, int]:
    return came, sum(chance.random() < WEIGHT for _ in range(came))


def told(case: Case, runs: list[Run]) -> Verdict:
    ends = Counter(found.ruling.state for found in runs)
    right = [found for found in runs if found.ruling.state == case.wanted]
    share = sum(found.harmed for found in runs) / max(1, sum(found.asked for found in runs))
    print(f"{case.rate:g} rps, {case.what}: {ends['fail']} aborted, {ends['pass']} promoted, {ends['going']} undecided"
          f" of {len(runs)}; {100 * share:.2f} % of all requests failed at the canary")  # fmt: skip
    if right:
        print(f"  after {median([found.seconds for found in right]):.0f} s (median), such as: {right[0].ruling.why}")
    done = "aborted" if case.wanted == "fail" else "promoted"
    claim = f"{case.rate:g} rps, {case.what}: {done} within {case.within} s"
    return Verdict(claim, 100 * len(right) / len(runs), 95, "of 100", least=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=100, metavar="N", help="runs of each (100)")
    runs = parser.parse_args().n
    return conclude([told(case, [run(case, seed) for seed in range(runs)]) for case in CASES])


if __name__ == "__main__":
    sys.exit(main())

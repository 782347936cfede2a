"""What becomes of a canary, pure: how its instances answer against the stable ones over the same seconds.

A step of a rollout has one `Trial`, for shares are compared only while the weights stay. What people asked and what
shoal asked are told apart, since they ask different things, and their evidence is multiplied (control.evidence). Slow
is what takes longer than the stable instances' quantile so far; of the canary, than what is allowed beside it. So two
equals are equal whatever the quantile is.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Literal, NamedTuple

import msgspec

from shoal.control.evidence import Evidence, Tally
from shoal.model.analysis import Analysis
from shoal.model.sample import Sample, total

FALSE_ALARMS = 0.02
"""At most this share of the steps of faultless canaries ends with an abort."""
# Failures and latencies share it.
ENOUGH = log(2 / FALSE_ALARMS)
# So many standard errors over what is allowed are taken for chance once a step's time is up.
CHANCE = 1.5


class Strand(msgspec.Struct, frozen=True):
    """The requests of one origin."""

    stable: Sample = Sample()
    canary: Sample = Sample()
    failing: Evidence = Evidence()
    slow: Evidence = Evidence()

    def after(self, stable: Sample, canary: Sample, analysis: Analysis) -> Strand:
        return Strand(
            total((self.stable, stable)),
            total((self.canary, canary)),
            self.failing.after(_failed(stable), _failed(canary), analysis.failures / 100),
            self._slowness(stable, canary, analysis),
        )

    def _slowness(self, stable: Sample, canary: Sample, analysis: Analysis) -> Evidence:
        usual = self.stable.quantile(analysis.quantile)
        if self.stable.timed < analysis.minimum:
            return self.slow
        late = Tally(stable.timed, stable.slower(usual))
        later = Tally(canary.timed, canary.slower(analysis.allowed(usual)))
        return self.slow.after(late, later, 0.0)


class Trial(msgspec.Struct, frozen=True):
    """All that is known of one step: what people asked, and what shoal asked."""

    asked: Strand = Strand()
    own: Strand = Strand()

    def after(
        self,
        stable: Sample,
        canary: Sample,
        analysis: Analysis,
        own_stable: Sample = Sample(),
        own_canary: Sample = Sample(),
    ) -> Trial:
        """With the numbers of the next second or so. They must be of the same time."""
        return Trial(
            self.asked.after(stable, canary, analysis),
            self.own.after(own_stable, own_canary, analysis),
        )

    @property
    def strands(self) -> tuple[Strand, Strand]:
        return self.asked, self.own

    @property
    def stable(self) -> Sample:
        return total(strand.stable for strand in self.strands)

    @property
    def canary(self) -> Sample:
        return total(strand.canary for strand in self.strands)


class Ruling(NamedTuple):
    """`why` holds the numbers."""

    state: Literal["going", "pass", "fail"]
    why: str


def judge(trial: Trial, analysis: Analysis, elapsed: float, lasts: float) -> Ruling:
    """Whether the step may end. A failure is said at once, a pass when its time (`lasts`, seconds) is over."""
    few = _few(trial, analysis)
    if few:
        return Ruling("going", few)
    worse = _worse(trial)
    if worse:
        return Ruling("fail", f"{worse}: {numbers(trial, analysis)}")
    if elapsed < lasts:
        return Ruling("going", f"{elapsed:.0f} of {lasts:.0f} s: {numbers(trial, analysis)}")
    unsure = _unsure(trial, analysis)
    if unsure:
        return Ruling("going", f"{unsure}: {numbers(trial, analysis)}")
    return Ruling("pass", f"as good as stable: {numbers(trial, analysis)}")


def _failed(sample: Sample) -> Tally:
    return Tally(sample.requests, sample.failures)


def _few(trial: Trial, analysis: Analysis) -> str:
    least = analysis.minimum
    for name, found in (("canary", trial.canary.requests), ("stable", trial.stable.requests)):
        if found < least:
            return f"too few requests yet: {name} has answered {found:,} of {least:,}"
    return ""


def _worse(trial: Trial) -> str:
    """Which evidence is enough, with the chance of seeing that much of it in a canary that does nothing wrong."""
    kinds = {
        "canary fails more than stable": sum(strand.failing.weight for strand in trial.strands),
        "canary is slower than stable": sum(strand.slow.weight for strand in trial.strands),
    }
    what, weight = max(kinds.items(), key=lambda kind: kind[1])
    return f"{what} (by chance less than once in {_times(weight)})" if weight >= ENOUGH else ""


def _times(weight: float) -> str:
    return f"{exp(weight):,.0f}" if weight < log(1e6) else "a million"


def _unsure(trial: Trial, analysis: Analysis) -> str:
    """What looks worse than allowed although it may be chance: time will tell."""
    if _excess(trial) > analysis.failures / 100 + CHANCE * _error(trial):
        return "time is up, but canary seems to fail more than stable"
    for strand in trial.strands:
        known = min(strand.stable.timed, strand.canary.timed) >= analysis.minimum
        usual, found = (sample.quantile(analysis.quantile) for sample in (strand.stable, strand.canary))
        if known and found > analysis.allowed(usual):
            return "time is up, but canary seems to be slower than stable"
    return ""


def _compared(trial: Trial) -> list[Strand]:
    return [s for s in trial.strands if s.stable.requests and s.canary.requests]


def _excess(trial: Trial) -> float:
    """By how much a larger share of the canary's requests fails, each kind of requests weighing as much as it has."""
    both = _compared(trial)
    more = sum(s.canary.failures - s.canary.requests * s.stable.failures / s.stable.requests for s in both)
    return more / max(1, sum(s.canary.requests for s in both))


def _error(trial: Trial) -> float:
    """The standard error of that, were canary and stable alike."""
    both = _compared(trial)
    return sqrt(sum(_variance(s) for s in both)) / max(1, sum(s.canary.requests for s in both))


def _variance(strand: Strand) -> float:
    """Of how many more of the canary's requests fail."""
    n, m = strand.stable.requests, strand.canary.requests
    share = (strand.stable.failures + strand.canary.failures) / (n + m)
    return share * (1 - share) * m * (1 + m / n)


def numbers(trial: Trial, analysis: Analysis) -> str:
    """All that a ruling rests on."""
    told = [_told(trial.asked, analysis, "")] if _any(trial.asked) or not _any(trial.own) else []
    told += [_told(trial.own, analysis, "shoal's own requests: ")] if _any(trial.own) else []
    return "; ".join(told)


def _any(strand: Strand) -> bool:
    return bool(strand.stable.requests or strand.canary.requests)


def _told(strand: Strand, analysis: Analysis, origin: str) -> str:
    canary, stable = (_side(sample, analysis) for sample in (strand.canary, strand.stable))
    return f"{origin}canary failed {canary}, stable {stable}{_bounds(strand, analysis)}"


def _side(sample: Sample, analysis: Analysis) -> str:
    share = f" ({_short(100 * sample.failures / sample.requests)} %)" if sample.requests else ""
    time = f", p{analysis.quantile:g} {_milliseconds(sample.quantile(analysis.quantile))}" if sample.timed else ""
    return f"{sample.failures:,} of {sample.requests:,}{share}{time}"


def _bounds(strand: Strand, analysis: Analysis) -> str:
    usual = strand.stable.quantile(analysis.quantile)
    time = f" and {_milliseconds(analysis.allowed(usual))}" if usual else ""
    return f" (allowed: {analysis.failures:g} points more{time})"


def _short(percent: float) -> str:
    return f"{percent:.1f}" if percent >= 1 else f"{percent:.2g}"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"

"""Evidence that one of two kinds of requests goes wrong more often than the other, pure. It may be looked at whenever
one likes: that it ever comes to 1/a although there is no such difference has a chance of at most a.

It is an e-process for two streams of yes and no, after R. Turner, A. Ly, P. Grünwald, "Generic E-variables for exact
sequential k-sample tests that allow for optional stopping", J. Statistical Planning and Inference 230 (2024), and, for
a difference that is allowed, R. Turner, P. Grünwald, "Exact anytime-valid confidence intervals for contingency tables
and beyond", Statistics & Probability Letters 198 (2023). Before each block of n and m requests the two shares are
guessed from the blocks before: p and q. Let (s, s+d) be the point with the allowed difference d that is nearest to
(p, q), by the Kullback-Leibler divergence of the whole block. The block multiplies the evidence by the likelihood
ratio of (p, q) to (s, s+d).

Why the mean of that factor is at most 1 wherever the true shares are (t, t+d): it is (1+ax)^n (1+bx)^m with x = t-s,
a = (p-s)/s(1-s), b = (q-s-d)/(s+d)(1-s-d), and na + mb = 0 is what makes that point the nearest; 1+u <= e^u does the
rest. A smaller second share makes it smaller, since b > 0. Ville's inequality says the first paragraph.

It counts on requests that fail independently of each other, given the moment: what hits both kinds alike doesn't hurt.
"""

from __future__ import annotations

from math import log

import msgspec

# As if of 25 requests half a one had gone wrong: nobody begins with a bad name.
PRIOR_WRONG = 0.5
PRIOR_ALL = 25.0
HALVINGS = 50


class Tally(msgspec.Struct, frozen=True):
    """`wrong` of `all`."""

    all: int = 0
    wrong: int = 0

    @property
    def guess(self) -> float:
        return (self.wrong + PRIOR_WRONG) / (self.all + PRIOR_ALL)

    def plus(self, other: Tally) -> Tally:
        return Tally(self.all + other.all, self.wrong + other.wrong)


class Evidence(msgspec.Struct, frozen=True):
    """That `canary` goes wrong more often than `stable`; `weight` is its logarithm."""

    stable: Tally = Tally()
    canary: Tally = Tally()
    weight: float = 0.0

    def after(self, stable: Tally, canary: Tally, allowed: float) -> Evidence:
        """With what was seen in the next seconds. `allowed` is a difference of shares, from 0 to 1."""
        gained = _gained(self, stable, canary, allowed)
        return Evidence(self.stable.plus(stable), self.canary.plus(canary), self.weight + gained)


def _gained(before: Evidence, stable: Tally, canary: Tally, allowed: float) -> float:
    p, q = before.stable.guess, before.canary.guess
    if q <= p + allowed or not (stable.all and canary.all):
        return 0.0
    s = _nearest(p, q, stable.all, canary.all, allowed)
    return _ratio(stable, p, s) + _ratio(canary, q, s + allowed)


def _nearest(p: float, q: float, n: int, m: int, allowed: float) -> float:
    """Between p and q - allowed, where the divergence falls no more."""
    low, high = p, q - allowed
    for _ in range(HALVINGS):
        s = (low + high) / 2
        c = s + allowed
        falls = n * (p - s) / (s * (1 - s)) + m * (q - c) / (c * (1 - c)) > 0
        low, high = (s, high) if falls else (low, s)
    return (low + high) / 2


def _ratio(seen: Tally, guess: float, other: float) -> float:
    return seen.wrong * log(guess / other) + (seen.all - seen.wrong) * log((1 - guess) / (1 - other))

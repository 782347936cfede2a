"""Analysis: what a canary is held to."""

from __future__ import annotations

import msgspec


class Analysis(msgspec.Struct, frozen=True):
    """Against the stable instances over the same seconds: `failures` percent points more of the requests may fail, and
    the `quantile` (percent) of the latencies may be `factor` times theirs and `slack` seconds. Nothing is said before
    both have answered `minimum` requests. Where traffic is thin, shoal sends `own` GETs a second to each of the two (0:
    none) for `path` (empty: the readiness probe's)."""

    failures: float = 0.5
    quantile: float = 95.0
    factor: float = 1.5
    slack: float = 0.025
    minimum: int = 50
    own: float = 20.0
    path: str = ""

    def allowed(self, latency: float) -> float:
        """What the canary may take where the stable instances take that long."""
        return self.factor * latency + self.slack

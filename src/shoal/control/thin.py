"""How many requests of its own shoal sends to a canary and to the stable instances beside it, pure."""

from __future__ import annotations

from math import ceil

from shoal.control.judging import Trial
from shoal.model.analysis import Analysis
from shoal.model.app import Probes

# Traffic of less than this part of what shoal would send is thin.
THIN = 0.25
# After a pause nothing is caught up on: a heap of requests at once would say something about heaps.
LONGEST = 2.0


def own_path(analysis: Analysis, probes: Probes) -> str:
    """What is asked for; empty: there is nothing to GET, so nothing can be asked."""
    ready = probes.ready
    return analysis.path or (ready.path if ready and ready.kind == "http" else "")


def own_due(trial: Trial, analysis: Analysis, elapsed: float, seconds: float) -> int:
    """How many GETs go to each of the two now, `seconds` after the last ones, `elapsed` seconds into the step. Both get
    as many: only what was asked of both can be compared."""
    came = min(trial.asked.stable.requests, trial.asked.canary.requests)
    if came >= THIN * analysis.own * elapsed:
        return 0
    return ceil(analysis.own * min(seconds, LONGEST))

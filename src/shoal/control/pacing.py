"""How many take another's place at a time, pure: what a start costs, those who serve meanwhile must not lack."""

from __future__ import annotations

import msgspec

from shoal.control.facts import current, stale
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.plan import Start

PATIENCE = 15.0
"""Seconds after which nobody waits any more for a start that takes longer."""


def paced(starts: list[Start], desired: Desired, observed: Observed, now: float) -> tuple[list[Start], float]:
    """The starts, where those that replace wait for each other as far as `observed.abreast` demands; and when to look
    again, 0 if nothing waits. What was not there before, or fell, is never kept waiting."""
    under_way = [i for i in _under_way(desired, observed) if now < i.started + PATIENCE]
    room = observed.abreast - len(under_way)
    first = next((f"{i.workload}/{i.index} ready" for i in under_way), "")
    out, waits = [], False
    for start in starts:
        if not observed.abreast or start.after or not _replaces(start, desired, observed):
            out.append(start)
        elif room > 0:
            room -= 1
            first = first or f"{start.workload}/{start.index} ready"
            out.append(start)
        else:
            waits = True
            out.append(msgspec.structs.replace(start, after=(first,)))
    return out, min((i.started + PATIENCE for i in under_way), default=0.0) if waits else 0.0


def _under_way(desired: Desired, observed: Observed) -> list[Instance]:
    replaced = [w for w in desired.workloads if w.kind == "service" and stale(w, observed)]
    return [i for w in replaced for i in current(w, observed).values() if i.phase == "starting"]


def _replaces(start: Start, desired: Desired, observed: Observed) -> bool:
    workload = desired.workload(start.workload)
    if workload is None or workload.kind != "service" or workload.revision != start.revision:
        return False
    return any(i.index == start.index for i in stale(workload, observed))

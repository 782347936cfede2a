"""How far an environment is from what is wanted, for those who wait. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from shoal.control.facts import (
    current,
    end_text,
    last_end,
    last_run,
    outcome,
    relieved,
    restarts,
    retried,
    satisfied,
    stand_in,
    unbuilt,
)
from shoal.control.scheduled import running, told
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.workload import Workload

State = Literal["ready", "done", "stopped", "building", "waiting", "starting", "unready", "failed", "scheduled"]

# Nothing more is waited for.
OVER = ("ready", "done", "stopped", "scheduled")
# A slot that ended this often in a row counts as failed for those who wait; the loop tries on.
TRIES = 3


class Standing(msgspec.Struct, frozen=True):
    """One workload: how it stands, why, and for a failure which error (a class of `shoal.errors`)."""

    workload: str
    owner: str
    kind: str
    state: State
    why: str = ""
    error: str = ""
    instance: str = ""


def standings(desired: Desired, observed: Observed, now: float = 0.0) -> tuple[Standing, ...]:
    """`now` tells when what is scheduled comes next."""
    return tuple(_standing(w, desired, observed, now) for w in desired.workloads if w.when != "request")


def settled(all_of: tuple[Standing, ...]) -> bool:
    return all(s.state in OVER for s in all_of)


def _standing(w: Workload, desired: Desired, observed: Observed, now: float) -> Standing:
    if w.when == "schedule":
        state, why, error, instance = _scheduled(w, desired, observed, now)
    else:
        state, why, error, instance = _job(w, desired, observed) if w.kind == "job" else _service(w, desired, observed)
    return Standing(w.name, w.owner, w.kind, state, why, error, instance)


_Answer = tuple[State, str, str, str]


def _scheduled(w: Workload, desired: Desired, observed: Observed, now: float) -> _Answer:
    """Whatever its runs come to, an app isn't waited for because of them; a build of it is."""
    if w.replicas == 0:
        return "stopped", "", "", ""
    absent = _absent(w, desired, observed)
    if absent[0] in ("building", "failed"):
        return absent
    run = running(w, observed)
    return "scheduled", told(w, desired, observed, now), "", run.id if run else ""


def _job(w: Workload, desired: Desired, observed: Observed) -> _Answer:
    run = outcome(w, observed)
    if run is not None and run.exit == 0:
        return "done", "", "", run.id
    if run is not None:
        return "failed", end_text(run), "JobFailed", run.id
    if w.replicas == 0:
        return "stopped", "", "", ""
    last = last_run(w, observed) if retried(w) else None
    if last is not None and last.failures + 1 >= TRIES:
        return "failed", end_text(last), "JobFailed", last.id
    if 0 in current(w, observed):
        return "starting", "running", "", current(w, observed)[0].id
    return _absent(w, desired, observed)


def _service(w: Workload, desired: Desired, observed: Observed) -> _Answer:
    if w.replicas == 0:
        return "stopped", "", "", ""
    if relieved(w, observed):
        return _attached(w, observed)
    mine = current(w, observed)
    missing = [n for n in range(w.replicas) if n not in mine]
    for index in range(w.replicas):
        end = last_end(w, index, observed)
        ended_for_good = end is not None and index in missing and not restarts(w, end)
        if ended_for_good and end is not None and end.exit == 0:
            return "stopped", end_text(end), "", end.id
        tried = end is not None and end.failures + 1 >= TRIES and (index in missing or mine[index].phase != "ready")
        refused = end is not None and index in missing and end.id.endswith("-refused")
        if end is not None and (ended_for_good or tried or refused):
            kind, _, words = end.reason.partition(": ") if refused else ("StartFailed", "", end_text(end))
            return "failed", words, kind, end.id
    if missing:
        return _absent(w, desired, observed)
    worst = next((i for i in mine.values() if i.phase != "ready"), None)
    if worst is None:
        return "ready", "", "", ""
    return ("unready" if worst.phase == "unready" else "starting"), worst.reason, "", worst.id


def _attached(w: Workload, observed: Observed) -> _Answer:
    one = stand_in(w.name, observed)
    assert one is not None
    words: dict[str, State] = {"ready": "ready", "unready": "unready"}
    return words.get(one.phase, "starting"), "attached", "", one.id


def _absent(w: Workload, desired: Desired, observed: Observed) -> _Answer:
    missing = unbuilt(w.artifacts(), desired, observed)
    broken = sorted(missing & set(observed.broken_builds))
    if broken:
        kind, _, words = observed.broken_builds[broken[0]].partition(": ")
        return "failed", words, kind, ""
    if missing:
        return "building", "", "", ""
    waits = [a.name for a in w.after if not satisfied(a, desired, observed)]
    return "waiting", f"for {', '.join(waits)}" if waits else "", "", ""

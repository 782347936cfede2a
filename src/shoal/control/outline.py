"""How far each thing of the file is, in the order in which they start: what a terminal draws. Pure."""

from __future__ import annotations

import msgspec

from shoal.control.progress import Standing, standings
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.workload import Workload

WORST = ("failed", "stopping", "building", "unready", "starting", "waiting", "stopped", "scheduled", "done", "ready")


class Entry(msgspec.Struct, frozen=True):
    """All workloads of one owner. `workload` is the one that `state` and `why` are about; `level` how many others it
    stands behind; `instance` and `artifact` where its output is to be found."""

    owner: str
    workload: str
    state: str
    level: int = 0
    why: str = ""
    ready: int = 0
    replicas: int = 1
    instance: str = ""
    artifact: str = ""


def outline(desired: Desired, observed: Observed) -> tuple[Entry, ...]:
    levels = _levels(desired)
    entries = [_entry(owner, desired, observed, levels) for owner in levels]
    entries.sort(key=lambda entry: entry.level)
    return (*entries, *_leaving(desired, observed))


def _entry(owner: str, desired: Desired, observed: Observed, levels: dict[str, int]) -> Entry:
    mine = [s for s in standings(desired, observed) if _owner(s) == owner]
    worst = min(mine, key=lambda s: WORST.index(s.state))
    if worst.state == "done" and any(s.state == "ready" for s in mine):
        worst = next(s for s in mine if s.state == "ready")
    workload = desired.workload(worst.workload)
    main = desired.workload(owner) or workload
    ready = sum(1 for i in observed.of(owner) if i.phase == "ready")
    return Entry(
        owner=owner,
        workload=worst.workload,
        state=worst.state,
        level=levels[owner],
        why=worst.why,
        ready=ready,
        replicas=main.replicas if main else 1,
        instance=worst.instance,
        artifact=workload.artifact if workload and worst.state == "building" else "",
    )


def _leaving(desired: Desired, observed: Observed) -> list[Entry]:
    """What runs and isn't wanted any more."""
    wanted = {w.name for w in desired.workloads}
    left = dict.fromkeys(i.workload for i in observed.instances if i.alive and i.workload not in wanted)
    return [Entry(owner=name, workload=name, state="stopping", replicas=0) for name in left]


def _owner(one: Standing | Workload) -> str:
    return one.owner or (one.workload if isinstance(one, Standing) else one.name)


def _levels(desired: Desired) -> dict[str, int]:
    """Owner -> the length of the longest chain of others that it waits for."""
    owners = {w.name: _owner(w) for w in desired.workloads if w.when == "up"}
    needs: dict[str, set[str]] = {}
    for workload in desired.workloads:
        if workload.name in owners:
            behind = {owners[a.name] for a in workload.after if a.name in owners}
            needs.setdefault(owners[workload.name], set()).update(behind - {owners[workload.name]})
    levels: dict[str, int] = {}

    def level(owner: str, above: frozenset[str]) -> int:
        if owner not in levels:
            # Migrations of several services on one database look like a circle from here.
            behind = [level(other, above | {owner}) for other in needs[owner] if other not in above]
            levels[owner] = 1 + max(behind, default=-1)
        return levels[owner]

    for owner in needs:
        level(owner, frozenset({owner}))
    return {owner: levels[owner] for owner in needs}

"""Desired × Observed → Plan, pure. There is no other start-up path: lap one has an empty Observed."""

from __future__ import annotations

from shoal.control.facts import (
    backoff,
    current,
    end_text,
    exclusive,
    failures_after,
    last_end,
    last_run,
    open_slots,
    outcome,
    own,
    plausible,
    relieved,
    restarts,
    retried,
    satisfied,
    slots,
    stale,
    startable,
    unbegun,
    unbuilt,
)
from shoal.control.leaving import leaving
from shoal.control.pacing import paced
from shoal.control.scheduled import due, failed_run, following, replaces, running, stamp
from shoal.model.desired import Desired, Rollout
from shoal.model.observed import Instance, Observed
from shoal.model.plan import AnyOperation, Build, Forget, Plan, Publish, Start, Stop
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Workload

# Ended runs of a job, of different revisions, that are kept at most.
OUTCOMES = 20


def reconcile(desired: Desired, observed: Observed, snapshot: Snapshot | None, *, now: float) -> Plan:
    """What to do to get from what is to what should be. `snapshot` is the mesh's configuration for both (None: no
    mesh). Operations with an empty `after` may be carried out now; the others wait for what they name."""
    observed = plausible(observed, now)
    going = leaving(desired, observed, now)
    starts, wake = _starts(desired, observed, now)
    operations: list[AnyOperation] = [*_builds(desired, observed)]
    operations += _publish(observed, going, snapshot)
    operations += starts
    operations += _stops(observed, going)
    operations += _forgets(desired, observed)
    return Plan(tuple(operations), wake)


def _builds(desired: Desired, observed: Observed) -> list[Build]:
    """What somebody waits for, each after those that it uses. One that uses a broken one is as broken."""
    missing = {a.key: a for a in desired.artifacts if a.key not in observed.artifacts}
    if not missing:
        return []
    wanted = (*(w for w in desired.workloads if w.replicas), *(r.stable for r in desired.rollouts.values()))
    awaited = unbuilt((key for w in wanted for key in w.artifacts()), desired, observed)
    return [
        Build(
            id=f"build {a.owner}",
            cause=a.cause or f"{a.owner} is new or changed",
            after=tuple(f"build {missing[key].owner}" for key in sorted(a.uses()) if key in missing),
            artifact=a.key,
        )
        for a in missing.values()
        if a.key in awaited and not unbuilt([a.key], desired, observed) & set(observed.broken_builds)
    ]


def _publish(observed: Observed, going: dict[str, str], snapshot: Snapshot | None) -> list[Publish]:
    if snapshot is None or snapshot.version == observed.mesh_version or not _meshed(observed, going):
        return []
    came, went = snapshot.instances - observed.published, observed.published - snapshot.instances
    changes = [f"{i} is ready" for i in sorted(came)] + [f"{i} leaves" for i in sorted(went)]
    return [Publish(id="publish mesh", cause=", ".join(changes) or "routes or edges changed", version=snapshot.version)]


def _meshed(observed: Observed, going: dict[str, str]) -> bool:
    """Whether a mesh runs that stays."""
    return any(i.kind == "mesh" and i.alive and i.phase != "stopping" and i.id not in going for i in observed.instances)


def _starts(desired: Desired, observed: Observed, now: float) -> tuple[list[Start], float]:
    starts: list[Start] = []
    wakes: list[float] = []
    for workload in desired.workloads:
        if workload.when == "schedule":
            starts += _scheduled(workload, desired, observed, now)
            wakes += [at for at in [following(workload, desired, observed, now)] if at > now]
            continue
        for index in _empty_slots(workload, desired, observed):
            gates = _gates(workload, index, desired, observed)
            starts += _start(workload, index, observed, gates, f"start {workload.name}/{index}", now, wakes)
    for name, rollout in desired.rollouts.items():
        for index in _kept_slots(name, rollout, desired, observed):
            gates = _needed(rollout.stable, desired, observed)
            starts += _start(rollout.stable, index, observed, gates, f"start {name}/{index} (stable)", now, wakes)
    starts, later = paced(starts, desired, observed, now)
    return starts, min([*wakes, *([later] if later else [])], default=0.0)


def _start(
    workload: Workload, index: int, observed: Observed, gates: list[str], name: str, now: float, wakes: list[float]
) -> list[Start]:
    """The start of a slot that is empty, unless its end was the last; adds to `wakes` when its back-off is over."""
    end = last_end(workload, index, observed) if workload.kind != "job" else last_run(workload, observed)
    if workload.kind != "job" and not restarts(workload, end):
        return []
    failures = failures_after(end) if workload.kind != "job" or retried(workload) else 0
    due = end.ended + backoff(workload, failures) if end and failures else 0.0
    if due > now:
        gates = [*gates, f"back-off of {backoff(workload, failures):.3g} s"]
        wakes.append(due)
    return [
        Start(
            id=name,
            cause=_start_cause(workload, index, observed, end),
            after=tuple(gates),
            workload=workload.name,
            revision=workload.revision,
            index=index,
            failures=failures,
        )
    ]


def _scheduled(job: Workload, desired: Desired, observed: Observed, now: float) -> list[Start]:
    """The run that is due, unless the one before goes on: that is waited for, or stopped first."""
    run = running(job, observed)
    if not due(job, desired, observed, now) or (run is not None and not replaces(job)):
        return []
    after = [f"stop {run.id}"] if run else []
    after += _gates(job, 0, desired, observed) if not run else []
    failed = failed_run(job, desired, observed)
    cause = f"due at {stamp(following(job, desired, observed, now))}" if failed is None else end_text(failed)
    return [
        Start(
            id=f"start {job.name}/0",
            cause=cause,
            after=tuple(after),
            workload=job.name,
            revision=job.revision,
            index=0,
            failures=failures_after(failed),
        )
    ]


def _empty_slots(workload: Workload, desired: Desired, observed: Observed) -> list[int]:
    filled = current(workload, observed)
    if workload.kind != "job":
        if relieved(workload, observed):
            return []
        return [index for index in range(open_slots(workload, desired)) if index not in filled]
    wanted = workload.when == "up" and workload.replicas > 0
    return [0] if wanted and 0 not in filled and outcome(workload, observed) is None else []


def _kept_slots(name: str, rollout: Rollout, desired: Desired, observed: Observed) -> list[int]:
    """Empty slots that the stable revision still has to fill, because the new one isn't there yet."""
    stable, new = rollout.stable, desired.workload(name)
    if new is None or not slots(new) or relieved(stable, observed):
        return []
    mine, its = current(stable, observed), current(new, observed)
    if exclusive(stable):
        return [] if its or startable(new, desired, observed) or mine else [0]
    taken = set() if rollout.beside else {index for index, i in its.items() if i.phase == "ready"}
    return [index for index in range(slots(stable)) if index not in mine and index not in taken]


def _needed(workload: Workload, desired: Desired, observed: Observed) -> list[str]:
    """What must be there before any instance of it starts, in words."""
    missing = workload.artifacts() - observed.artifacts
    builds = [f"build {a.owner}" for a in desired.artifacts if a.key in missing]
    return builds + [f"{a.name} {a.until}" for a in workload.after if not satisfied(a, desired, observed)]


def _gates(workload: Workload, index: int, desired: Desired, observed: Observed) -> list[str]:
    """What a start waits for, in words."""
    gates = _needed(workload, desired, observed)
    gates += unbegun(workload, desired, observed)
    old = stale(workload, observed)
    rollout = desired.rollouts.get(workload.name)
    if exclusive(workload):
        gates += [f"stop {i.id}" for i in old]
    elif old and not (rollout and rollout.beside):
        mine = current(workload, observed)
        gates += [f"{workload.name}/{n} ready" for n in range(index) if n not in mine or mine[n].phase != "ready"]
        gates += [f"stop {i.id}" for i in old if i.index < index]
    return gates


def _start_cause(workload: Workload, index: int, observed: Observed, end: Instance | None) -> str:
    if end is not None and (workload.kind != "job" or retried(workload)):
        return end_text(end)
    older = [i for i in own(workload.name, observed) if i.index == index]
    if older:
        same = any(i.revision == workload.revision for i in older)
        return f"{workload.name} was restarted" if same and workload.nonce else f"{workload.name} changed"
    return "wanted, and not there"


def _stops(observed: Observed, going: dict[str, str]) -> list[Stop]:
    """An instance goes after what needs it has gone, if that goes too; and after the mesh stopped sending to it."""
    alive = [i for i in observed.instances if i.alive]
    meshed = _meshed(observed, going)
    out = []
    for instance in alive:
        if instance.id not in going or instance.phase == "stopping":
            continue
        users = [i.id for i in alive if instance.workload in i.after and i.id in going]
        after = [f"stop {user}" for user in users]
        if meshed and instance.id in observed.published:
            after.append("publish mesh")
        out.append(Stop(id=f"stop {instance.id}", cause=going[instance.id], after=tuple(after), instance=instance.id))
    return out


def _forgets(desired: Desired, observed: Observed) -> list[Forget]:
    """Records of ends that no decision will ask for again."""
    return [
        Forget(id=f"forget {i.id}", cause="its record is of no more use", instance=i.id)
        for i in observed.instances
        if not i.alive and _useless(i, desired, observed)
    ]


def _useless(instance: Instance, desired: Desired, observed: Observed) -> bool:
    if instance.kind == "job":
        # Without a revision it was an errand of a daemon that was killed: its outcome counts for nothing.
        again = _superseded(_outcomes(instance, observed), instance)
        return not instance.revision or again or _long_ago(instance, observed)
    workload = desired.track(instance.workload, instance.revision) or desired.workload(instance.workload)
    if instance.attached or workload is None or instance.index >= slots(workload):
        return True
    later = [i for i in own(instance.workload, observed) if i.index == instance.index]
    if desired.track(instance.workload, instance.revision):
        later = [i for i in later if i.revision == instance.revision]
    return _superseded(later, instance)


def _outcomes(run: Instance, observed: Observed) -> list[Instance]:
    """Runs of a job on the same data. That of another revision is no less true for this one: whoever goes back to that
    finds its migrations done."""
    return [i for i in own(run.workload, observed) if i.revision == run.revision and i.incarnation == run.incarnation]


def _long_ago(run: Instance, observed: Observed) -> bool:
    """Whether so many revisions of a job came after it that nobody goes back to its own."""
    return sum(not i.alive and i.started > run.started for i in observed.of(run.workload)) >= OUTCOMES


def _superseded(others: list[Instance], instance: Instance) -> bool:
    """Whether a newer instance has the slot. An ended one is superseded only by another ended one or a grown-up."""
    return any(not i.alive or i.phase == "ready" for i in others if i.started > instance.started)

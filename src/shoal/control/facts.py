"""Small questions about Desired and Observed that several decisions ask. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.workload import After, Workload

# A run longer than this ends a series of failures.
STEADY = 60.0


def matches(instance: Instance, workload: Workload) -> bool:
    """Whether an instance is what the workload asks for now. One that is attached is nobody's wish but its user's."""
    return not instance.attached and instance.revision == workload.revision and instance.nonce == workload.nonce


def slots(workload: Workload) -> int:
    """How many instances `up` keeps of it."""
    return workload.replicas if workload.kind == "job" or workload.when == "up" else 0


def open_slots(workload: Workload, desired: Desired) -> int:
    """How many of them may be filled at this step of its rollout."""
    rollout = desired.rollouts.get(workload.name)
    return slots(workload) if rollout is None or rollout.upto is None else min(rollout.upto, slots(workload))


def ready_up_to(workload: Workload, count: int, observed: Observed) -> bool:
    """Whether its first so many slots have ready instances of this revision."""
    mine = current(workload, observed)
    return all(n in mine and mine[n].phase == "ready" for n in range(count))


def exclusive(workload: Workload) -> bool:
    """Whether the old instance must be gone before the new one starts: it holds data, an address, or is a job."""
    fixed = any(port.publish or (port.number and not workload.contained) for port in workload.ports)
    held = bool(workload.data) or _keeps(workload)
    return workload.stable_ports or fixed or held or workload.kind in ("backing", "mesh", "job")


def _keeps(workload: Workload) -> bool:
    """Whether it has a volume to itself. Several instances would have to share it anyway."""
    return workload.replicas < 2 and any(m.kind == "volume" and not m.read_only for m in workload.mounts)


def current(workload: Workload, observed: Observed) -> dict[int, Instance]:
    """Slot -> the living instance that matches."""
    return {i.index: i for i in observed.of(workload.name) if i.alive and matches(i, workload)}


def stale(workload: Workload, observed: Observed) -> tuple[Instance, ...]:
    """Living instances of an older revision."""
    return tuple(i for i in own(workload.name, observed) if i.alive and not matches(i, workload))


def own(workload: str, observed: Observed) -> tuple[Instance, ...]:
    """Those that we started."""
    return tuple(i for i in observed.of(workload) if not i.attached)


def stand_in(workload: str, observed: Observed) -> Instance | None:
    """The process that is attached in the place of a workload's own instances."""
    return next((i for i in observed.of(workload) if i.attached and i.alive and i.phase != "stopping"), None)


def relieved(workload: Workload, observed: Observed) -> bool:
    """Whether its own instances have to stop for the one that is attached. Where requests come by the mesh it is enough
    that none reach them; without ports each would take its work by itself."""
    return not workload.ports and stand_in(workload.name, observed) is not None


def aside(observed: Observed) -> frozenset[str]:
    """Ids of instances that get no requests for a while: one that is attached gets them."""
    there = {i.workload for i in observed.instances if i.attached and i.phase == "ready"}
    return frozenset(i.id for i in observed.instances if i.workload in there and not i.attached)


def last_end(workload: Workload, index: int, observed: Observed) -> Instance | None:
    """The newest ended instance of a slot, if it was what is asked for now."""
    ended = [i for i in observed.ended(workload.name, index) if matches(i, workload)]
    return max(ended, key=lambda i: i.ended, default=None)


def outcome(job: Workload, observed: Observed) -> Instance | None:
    """The run of a job that counts: this revision, on the data that is there now. What is retried counts only when it
    ended well."""
    run = last_run(job, observed)
    return run if run is not None and _counts(job, run) else None


def last_run(job: Workload, observed: Observed) -> Instance | None:
    """Its newest ended run of this revision, on the data that is there now."""
    incarnation = observed.data.get(job.once_per, "") if job.once_per else ""
    runs = [i for i in observed.of(job.name) if not i.alive and matches(i, job) and i.incarnation == incarnation]
    return max(runs, key=lambda i: i.ended, default=None)


def _counts(job: Workload, run: Instance) -> bool:
    """An end that nobody saw may have been a good one, so what was declared to run once isn't begun again. Migrations
    and jobs of ours bear it, and others wait for them."""
    if run.exit == 0:
        return True
    return not retried(job) and (run.exit is not None or job.name == job.owner)


def retried(job: Workload) -> bool:
    """Whether a job is begun again until it ends well: at least once, rather than at most."""
    return job.restart.policy == "on-failure"


def done(job: Workload, observed: Observed) -> bool:
    run = outcome(job, observed)
    return run is not None and run.exit == 0


def startable(workload: Workload, desired: Desired, observed: Observed) -> bool:
    """Whether nothing but an older instance of its own is in the way of its start."""
    built = not workload.artifact or workload.artifact in observed.artifacts
    waits = any(not satisfied(after, desired, observed) for after in workload.after)
    return built and not waits and not unbegun(workload, desired, observed)


def unbegun(workload: Workload, desired: Desired, observed: Observed) -> tuple[str, ...]:
    """Why its rollout hasn't begun, in words; its jobs wait with it."""
    rollout = desired.rollouts.get(workload.owner)
    if rollout is None:
        return ()
    if rollout.upto == 0:
        return ("the rollout goes on",)
    return tuple(f"{name} rolled out" for name in rollout.after if not rolled_out(name, desired, observed))


def rolled_out(name: str, desired: Desired, observed: Observed) -> bool:
    """Whether all instances of a workload are of the wanted revision, and ready."""
    workload = desired.workload(name)
    if workload is None:
        return True
    if relieved(workload, observed):
        return True  # its own are all away
    return ready_up_to(workload, slots(workload), observed) and not stale(workload, observed)


def satisfied(after: After, desired: Desired, observed: Observed) -> bool:
    """Whether what a workload waits for has come. Something that isn't desired is not waited for."""
    workload = desired.workload(after.name)
    if workload is None:
        return True
    if after.until == "done":
        return done(workload, observed)
    if after.until == "started":
        return any(i.alive or i.phase == "exited" for i in observed.of(after.name))
    return any(i.phase == "ready" for i in observed.of(after.name))


def unbuilt(keys: Iterable[str], desired: Desired, observed: Observed) -> frozenset[str]:
    """Those of these artifacts that aren't built, and all that must be built before them."""
    artifacts = {a.key: a for a in desired.artifacts}
    found: set[str] = set()
    left = [key for key in keys if key not in observed.artifacts]
    while left:
        key = left.pop()
        if key not in found and key in artifacts:
            found.add(key)
            left += [other for other in artifacts[key].uses() if other not in observed.artifacts]
    return frozenset(found)


def plausible(observed: Observed, now: float) -> Observed:
    """Without ends that are still to come: the clock was set back since. A slot that ended so is started at once, and
    what ends from now on is counted anew; how a job ended stays true."""
    to_come = {i.id for i in observed.instances if not i.alive and i.kind != "job" and i.ended > now}
    if not to_come:
        return observed
    return msgspec.structs.replace(observed, instances=tuple(i for i in observed.instances if i.id not in to_come))


def failures_after(end: Instance | None) -> int:
    """How many ends in a row a slot has seen, this one included."""
    if end is None:
        return 0
    return 1 if end.ended - end.started > STEADY else end.failures + 1


def backoff(workload: Workload, failures: int) -> float:
    """Seconds to wait before the next try: doubled each time, up to the longest."""
    if failures == 0:
        return 0.0
    return min(workload.restart.backoff * 2.0 ** min(failures - 1, 20), workload.restart.longest)


def restarts(workload: Workload, end: Instance | None) -> bool:
    """Whether the restart policy wants a slot filled again after this end."""
    if end is None or workload.restart.policy == "always":
        return True
    return workload.restart.policy == "on-failure" and end.exit != 0


def end_text(instance: Instance) -> str:
    """`users-0-k3f9 ended with exit code 1`, or by which signal."""
    if instance.reason:
        return f"{instance.id}: {instance.reason}"
    if instance.exit is None:
        return f"{instance.id} ended while nobody watched"
    if instance.exit < 0:
        return f"{instance.id} was ended by signal {-instance.exit}"
    return f"{instance.id} ended with exit code {instance.exit}"

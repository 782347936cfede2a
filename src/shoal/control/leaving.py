"""Which running instances should go, and why. Pure."""

from __future__ import annotations

from shoal.control.facts import current, exclusive, matches, open_slots, relieved, slots, startable
from shoal.control.scheduled import due, replaces
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.workload import Workload


def leaving(desired: Desired, observed: Observed, now: float) -> dict[str, str]:
    """Instance id -> cause. What is here is taken out of the mesh first and stopped next."""
    wanted = {w.name: w for w in desired.workloads}
    out: dict[str, str] = {}
    for instance in observed.instances:
        if instance.alive:
            cause = _cause(instance, wanted.get(instance.workload), desired, observed, now)
            if cause:
                out[instance.id] = cause
    return out


def _cause(instance: Instance, workload: Workload | None, desired: Desired, observed: Observed, now: float) -> str:
    if workload is None:
        return f"{instance.workload} is no longer wanted"
    if instance.attached:
        return ""
    if instance.index >= slots(workload) and not _of_stable(instance, workload, desired):
        return _too_many(workload)
    if relieved(workload, observed):
        return f"a process is attached in the place of {workload.name}"
    if workload.when == "schedule":
        # A run goes on to its end, also when the file has changed.
        again = replaces(workload) and due(workload, desired, observed, now)
        return f"{workload.name} is due again" if again else ""
    if not matches(instance, workload):
        return _replaced(instance, workload, desired, observed)
    if instance.index >= open_slots(workload, desired):
        return f"the rollout of {workload.name} goes no further"
    return _stuck(instance)


def _of_stable(instance: Instance, workload: Workload, desired: Desired) -> bool:
    """Whether it has a slot of its own, beside those of the new revision."""
    rollout = desired.rollouts.get(workload.name)
    if rollout is None or not rollout.beside or not slots(workload):
        return False
    return matches(instance, rollout.stable) and instance.index < slots(rollout.stable)


def _stuck(instance: Instance) -> str:
    return instance.reason or "its probe says it must be replaced" if instance.stuck else ""


def _too_many(workload: Workload) -> str:
    if slots(workload):
        return f"{workload.name} wants {workload.replicas} replicas"
    return f"{workload.name} is {'stopped' if not workload.replicas else 'not to be started'}"


def _replaced(instance: Instance, workload: Workload, desired: Desired, observed: Observed) -> str:
    """An old instance goes when its successor is ready; one that must go first, when its successor can start."""
    cause = f"{workload.name} was restarted" if instance.revision == workload.revision else f"{workload.name} changed"
    if exclusive(workload):
        return cause if startable(workload, desired, observed) else ""
    if _of_stable(instance, workload, desired):
        return _stuck(instance)
    successor = current(workload, observed).get(instance.index)
    return cause if successor and successor.phase == "ready" else _stuck_and_known(instance, workload, desired)


def _stuck_and_known(instance: Instance, workload: Workload, desired: Desired) -> str:
    """An old one that hangs is replaced only by one of its own revision, which somebody must know."""
    rollout = desired.rollouts.get(workload.name)
    return _stuck(instance) if rollout and matches(instance, rollout.stable) else ""

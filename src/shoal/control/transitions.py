"""What happened between two looks at the world, as events. Pure."""

from __future__ import annotations

from shoal.model.event import Event
from shoal.model.observed import Instance, Observed

# How a driver's words on an end begin when shoal itself asked for it.
ASKED = ("stopped", "killed: ")


def transitions(before: Observed, after: Observed, now: float) -> list[Event]:
    """Events for instances that appeared, changed their phase, or were forgotten while still running."""
    known = {i.id: i for i in before.instances}
    out: list[Event] = []
    for instance in after.instances:
        if instance.id.endswith("-refused"):
            continue  # an end without a beginning; whoever was refused has told it
        old = known.get(instance.id)
        if old is None or old.phase != instance.phase:
            out += _changes(old, instance, now)
    return out


def _changes(old: Instance | None, new: Instance, now: float) -> list[Event]:
    if new.attached and new.phase in ("starting", "exited"):
        return [Event(new.ended or new.started, *_attachment(new), new.id)]
    if new.phase == "exited":
        return [Event(new.ended or now, _end_kind(new), new.workload, _end_text(new), new.id)]
    if new.phase == "starting":
        return [Event(new.started or now, "started", new.workload, f"pid {new.pid}", new.id)]
    if new.phase == "ready":
        took = f"after {now - new.started:.1f} s" if old is None or old.phase == "starting" else ""
        return [Event(now, "ready", new.workload, took, new.id)]
    if new.phase == "stopping":
        return []  # whoever stops it has said so; of one that ends by itself the end will be told
    return [Event(now, new.phase, new.workload, new.reason, new.id)]


def _attachment(new: Instance) -> tuple[str, str, str]:
    if new.phase == "starting":
        return "attached", new.workload, f"pid {new.pid} stands in"
    return "detached", new.workload, f"pid {new.pid} has ended"


def _end_kind(new: Instance) -> str:
    if new.kind == "job" and new.exit is not None:
        return "done" if new.exit == 0 else "failed"
    return "stopped" if new.reason.startswith(ASKED) else "exited"


def _end_text(new: Instance) -> str:
    if new.kind == "job" and new.exit == 0:
        return f"after {new.ended - new.started:.1f} s"
    return "" if new.reason == "stopped" else new.reason

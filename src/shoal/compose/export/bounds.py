"""What a service may take, and what it may do, as Compose says it."""

from __future__ import annotations

from shoal.compose.bounds import DEFAULT
from shoal.compose.export.scene import Json, Scene
from shoal.drivers.docker import container, programs
from shoal.model.limits import Limits
from shoal.model.workload import Workload


def deploy_of(workload: Workload, scene: Scene) -> Json:
    found: Json = {}
    if workload.replicas != 1:
        found["replicas"] = workload.replicas
    if limits := limits_of(workload.limits, workload.owner, scene):
        found["resources"] = {"limits": limits}
    return {"deploy": found} if found else {}


def limits_of(limits: Limits, owner: str, scene: Scene) -> Json:
    if limits.disk:
        scene.lose(f"{owner}/limits/disk", "Compose bounds no disk")
    given: Json = {"cpus": f"{limits.cpu:g}" if limits.cpu else "", "memory": _size(limits.memory), "pids": limits.pids}
    return {key: value for key, value in given.items() if value}


def _size(count: int) -> str:
    """By 1024, as Compose counts."""
    for unit, letter in ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")):
        if count and count % unit == 0:
            return f"{count // unit}{letter}"
    return f"{count}b" if count else ""


def security_of(workload: Workload) -> Json:
    """Where it is what the engine does anyway, nothing is said."""
    security = workload.security
    found: Json = {"user": security.user} if security.user else {}
    if security.read_only:
        mounted = {mount.target for mount in workload.mounts}
        temporary = [path for path in container.TEMPORARY if path not in mounted]
        found |= {"read_only": True, **({"tmpfs": temporary} if temporary else {})}
    if security.privileged:
        return found | {"privileged": True}
    if set(security.capabilities) == {"ALL"}:
        found["cap_add"] = ["ALL"]
    elif set(security.capabilities) != set(DEFAULT):
        found["cap_drop"] = ["ALL"]
        if kept := sorted({*security.capabilities, *_needed(workload)}):
            found["cap_add"] = kept
    return found | ({} if security.new_privileges else {"security_opt": ["no-new-privileges:true"]})


def _needed(workload: Workload) -> set[str]:
    """Without which its program isn't executed at all."""
    names = (ref.name for value in workload.command for ref in value.refs() if ref.kind == "program")
    return {one for name in names for one in programs.CAPABLE.get(name, ())}

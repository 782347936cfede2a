"""What a service may take, and what it may do."""

from __future__ import annotations

from shoal.compose import nodes
from shoal.compose.making import Making
from shoal.compose.sizes import shown, size
from shoal.spec.tree import Node, Table
from shoal.spec.words import quote

DEFAULT = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
    "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
"""What the engine leaves to a container that asks for nothing."""

PERIOD = 100_000
"""Microseconds of cpu_quota's default period."""

_CEILING = ("deploy", "resources", "limits")


def limits_of(making: Making) -> Table | None:
    """Those of `deploy` win over the older keys."""
    service, ceiling = making.service, making.service.deploy.resources.limits
    cpu = making.number(ceiling.cpus, *_CEILING, "cpus") or making.number(service.cpus, "cpus") or _quota(making)
    pids = making.whole(ceiling.pids, *_CEILING, "pids") or making.whole(service.pids_limit, "pids_limit")
    memory = _size(ceiling.memory, making, *_CEILING, "memory") or _size(service.mem_limit, making, "mem_limit")
    place = making.spot(*_CEILING)
    entries: dict[str, Node | None] = {
        "cpu": nodes.word(f"{cpu:g}", place) if cpu else None,
        "memory": nodes.word(shown(memory), place) if memory else None,
        "pids": nodes.word(str(pids), place) if pids and pids > 0 else None,
    }
    return nodes.table(entries, place) if any(entries.values()) else None


def _quota(making: Making) -> float | None:
    """Of each period so many microseconds."""
    quota = making.number(making.service.cpu_quota, "cpu_quota")
    period = making.number(making.service.cpu_period, "cpu_period") or PERIOD
    return round(quota / period, 3) if quota and quota > 0 else None


def _size(text: str, making: Making, *path: str) -> int:
    found = size(text) if text else 0
    if found is None:
        making.problem(f"expected a size such as 512m, got {quote(text)}", *path)
    return found or 0


def security_of(making: Making) -> Table:
    """All of it, since shoal's own defaults are stricter than Compose's."""
    service, place = making.service, making.spot("security_opt")
    privileged = making.flag(service.privileged, "privileged")
    kept = [] if privileged else _capabilities(making)
    entries: dict[str, Node | None] = {
        "user": making.text(user) if (user := next(iter(making.texts("user")), None)) else None,
        "read_only": nodes.word("true" if making.flag(service.read_only, "read_only") else "false", place),
        "privileged": nodes.word("true", place) if privileged else None,
        "capabilities": nodes.listed([nodes.word(name, place) for name in kept], place) if kept else None,
        "new_privileges": nodes.word("true" if _new_privileges(making) else "false", place),
    }
    return nodes.table(entries, place)


def _capabilities(making: Making) -> list[str]:
    """Dropped first, then added, as the engine does it."""
    dropped, added = (
        [name.upper().removeprefix("CAP_") for name in names]
        for names in (making.service.cap_drop, making.service.cap_add)
    )
    if "ALL" in added:
        return ["ALL"]
    kept = [] if "ALL" in dropped else [name for name in DEFAULT if name not in dropped]
    return list(dict.fromkeys([*kept, *added]))


def _new_privileges(making: Making) -> bool:
    allowed = True
    for index, option in enumerate(making.service.security_opt):
        name, _, value = option.replace("=", ":").partition(":")
        if name == "no-new-privileges":
            allowed = value == "false"
        else:
            making.remark(f"{name} isn't handed to the engine: its default profile holds", "security_opt", index)
    return allowed

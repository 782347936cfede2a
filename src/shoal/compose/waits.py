"""`depends_on` and `links` → what is waited for; `networks`, `container_name` and `links` → further names."""

from __future__ import annotations

from collections.abc import Iterator

from shoal.compose import nodes
from shoal.compose.making import Making
from shoal.compose.models.service import Attachment, Dependency
from shoal.errors import UnknownReference
from shoal.spec.tree import Node, Table
from shoal.spec.words import quote, suggestion

UNTIL = {
    "": "started",
    "service_started": "started",
    "service_healthy": "ready",
    "service_completed_successfully": "done",
}


def after_of(making: Making) -> Table | None:
    found: dict[str, Node] = {}
    for name, entry, path in _dependencies(making):
        if name not in making.names:
            if making.flag(entry.required, *path, otherwise=True):
                near = suggestion(name, making.names, "there are")
                making.problem(f"there is no service {quote(name)}", *path, hint=near, kind=UnknownReference)
            continue
        if not _awaited(name, entry, path, making):
            continue
        until = UNTIL.get(entry.condition)
        if until is None:
            hint = "service_started, service_healthy or service_completed_successfully"
            making.problem(f"there is no condition {quote(entry.condition)}", *path, "condition", hint=hint)
        elif name in making.jobs:
            if until == "ready":
                making.problem(f"{name} runs to its end: it is never healthy", *path, "condition")
            until = "done"
        if making.flag(entry.restart, *path, "restart"):
            making.remark("it goes on when what it waited for is replaced", *path, "restart")
        found[making.names[name]] = nodes.word(until or "started", making.spot(*path))
    return nodes.table(found, making.spot("depends_on")) if found else None


def _awaited(name: str, entry: Dependency, path: tuple[str | int, ...], making: Making) -> bool:
    """What needn't be there is waited for only where it always is."""
    if making.flag(entry.required, *path, otherwise=True) or not making.project.file.services[name].profiles:
        return True
    making.remark(f"{name} is of a profile: it isn't waited for", *path, "required")
    return False


def _dependencies(making: Making) -> Iterator[tuple[str, Dependency, tuple[str | int, ...]]]:
    """Those that are named, then those that links and volumes_from imply."""
    service = making.service
    found: dict[str, tuple[Dependency, tuple[str | int, ...]]] = {}
    if isinstance(service.depends_on, dict):
        found = {name: (entry or Dependency(), ("depends_on", name)) for name, entry in service.depends_on.items()}
    else:
        found = {name: (Dependency(), ("depends_on", index)) for index, name in enumerate(service.depends_on)}
    for index, text in enumerate(service.links):
        found.setdefault(text.partition(":")[0], (Dependency(), ("links", index)))
    for index, text in enumerate(service.volumes_from):
        if text.partition(":")[0] in making.names:
            found.setdefault(text.partition(":")[0], (Dependency(), ("volumes_from", index)))
    return ((name, entry, path) for name, (entry, path) in found.items())


def aliases_of(making: Making, linked: dict[str, list[str]]) -> list[str]:
    """Further names, by which others reach it: its own where shoal's is another, its container's, those of networks,
    and those that `linked` services know it by."""
    service = making.service
    names = [making.name] if making.names[making.name] != making.name else []
    if service.container_name:
        making.remark("others reach it by this name, too; the engine shows the container by shoal's", "container_name")
        names.append(service.container_name)
    networks = service.networks if isinstance(service.networks, dict) else {}
    names += [alias for entry in networks.values() if isinstance(entry, Attachment) for alias in entry.aliases]
    names += linked.get(making.name, [])
    return list(dict.fromkeys(name for name in names if name != making.names[making.name]))


def links(making: Making) -> Iterator[tuple[str, str]]:
    """Service -> a name that this one knows it by. Here all know it by that."""
    for text in making.service.links:
        name, colon, alias = text.partition(":")
        if colon and alias:
            yield name, alias


def check_networks(making: Making, apart: bool) -> None:
    """Containers of other networks, and none of one's own."""
    mode = making.service.network_mode
    if mode and mode not in ("bridge", "default"):
        why = {
            "none": "it is on the environment's network like the others",
            "host": "it is on the environment's network: publish its ports, and dial this machine by name or address",
        }
        making.remark(why.get(mode, "each container has a network address of its own here"), "network_mode")
    if apart and making.service.networks:
        making.remark("all services of an environment are on one network, and reach each other", "networks")

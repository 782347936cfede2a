"""`port` and `ports` → Port."""

from __future__ import annotations

import re

from msgspec import UNSET

from shoal.errors import UnknownReference, WrongType
from shoal.model.app import Port, Protocol
from shoal.spec.facts import Facts, valid
from shoal.spec.models import OnePortEntry, PortEntry, ServiceEntry
from shoal.spec.published import published
from shoal.spec.scalars import truth
from shoal.spec.tree import Path
from shoal.spec.words import quote, suggestion

_PROTOCOLS: dict[str, Protocol] = {"http": "http", "grpc": "grpc", "tcp": "tcp"}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def ports_of(entry: ServiceEntry, path: Path, facts: Facts) -> tuple[Port, ...] | None:
    """The declared ports; None when nothing is said, () for a worker."""
    if entry.port is not UNSET and entry.ports is not UNSET:
        facts.problem_at_key(WrongType, (*path, "port"), "`port` and `ports` exclude each other")
    if entry.port is not UNSET:
        one = OnePortEntry(name=entry.port) if isinstance(entry.port, str) else entry.port
        return (_port(one.name or "http", one, (*path, "port"), entry, facts),)
    if entry.ports is UNSET:
        return None
    here = (*path, "ports")
    if isinstance(entry.ports, list):
        _check_once(entry.ports, here, facts)
        return tuple(_port(name, PortEntry(), (*here, i), entry, facts) for i, name in enumerate(entry.ports))
    return tuple(_port(name, port or PortEntry(), (*here, name), entry, facts) for name, port in entry.ports.items())


def _port(name: str, entry: PortEntry, path: Path, service: ServiceEntry, facts: Facts) -> Port:
    if truth(name) is not None and not facts.report.broken(path):
        hint = "such as http; without a word a service has one if something dials it, and with `ports: []` none"
        facts.problem_at_key(WrongType, path, f"expected the name of a port, got {name}", hint)
    elif not valid(name) and not facts.report.broken(path):
        number = re.search(r"[0-9]", name) and not re.search(r"[A-Za-z]", name)
        hint = (
            "ports are allotted: give it a name; its number is ${self.port} and the variable PORT; "
            f"for what can't be told another: port: {{number: {name.rpartition(':')[2]}}}"
        )
        facts.problem_at_key(WrongType, path, f"{quote(name)} is not a valid name of a port", hint if number else "")
    env = (entry.env,) if isinstance(entry.env, str) else tuple(entry.env)
    for variable in env:
        if variable and not _VARIABLE.fullmatch(variable):
            facts.problem(WrongType, (*path, "env"), f"{quote(variable)} is not a name of a variable")
    protocol = _PROTOCOLS.get(name, "http") if entry.protocol is UNSET else entry.protocol
    return Port(name, protocol, env, _number(entry, path, service, facts), published(entry, path, service, facts))


def _number(entry: PortEntry, path: Path, service: ServiceEntry, facts: Facts) -> int:
    number = 0 if entry.number is UNSET else entry.number
    if number and service.replicas > 1 and facts.target == "process":
        what = f"{service.replicas} instances can't all listen on port {number}"
        hint = "leave `number` out (ports are allotted), or write replicas: 1"
        facts.problem(WrongType, (*path, "number"), what, hint)
    return number


def _check_once(names: list[str], path: Path, facts: Facts) -> None:
    for index, name in enumerate(names):
        if name in names[:index] and not facts.report.broken((*path, index)):
            facts.problem(WrongType, (*path, index), f"the port {quote(name)} is there twice")


def check_port(name: str, owner: str, path: Path, facts: Facts) -> None:
    """`name` (or nothing: the first) is a port of the service `owner`; reported at `path` otherwise."""
    entry = facts.file.services.get(owner)
    where: Path = ("services", owner)
    if any(facts.report.broken((*where, key)) for key in ("port", "ports")) or facts.report.broken(path):
        return
    ports = declared(entry or ServiceEntry())
    if ports == ():
        facts.problem(UnknownReference, path, f"{owner} is a worker: it has no port", f"see services/{owner}/ports")
    elif name and name not in (ports or ("http",)):
        facts.problem(
            UnknownReference, path, f"{owner} has no port {quote(name)}", suggestion(name, ports or ("http",), "it has")
        )


def declared(entry: ServiceEntry) -> tuple[str, ...] | None:
    """The names of a service's ports; None when nothing is said."""
    if isinstance(entry.port, str):
        return (entry.port,)
    if entry.port is not UNSET:
        return (entry.port.name or "http",)
    return None if entry.ports is UNSET else tuple(entry.ports)


def protocol(owner: str, name: str, facts: Facts) -> Protocol:
    """What is spoken at a port of a service (no name: at its first)."""
    entry = facts.file.services.get(owner) or ServiceEntry()
    wanted = port_meant(owner, name, facts)
    port = entry.port if not isinstance(entry.port, str) and entry.port is not UNSET else None
    if port is None and isinstance(entry.ports, dict):
        port = entry.ports.get(wanted)  # type: ignore[assignment]
    if port is not None and port.protocol is not UNSET:
        return port.protocol
    return _PROTOCOLS.get(wanted, "http")


def port_meant(owner: str, name: str, facts: Facts) -> str:
    """The name of a port of a service (no name: its first)."""
    return name or next(iter(declared(facts.file.services.get(owner) or ServiceEntry()) or ()), "http")

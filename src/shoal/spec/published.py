"""Numbers of this machine's ports: which a port is published at, and that nobody else of the app wants the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.spec.facts import Facts
from shoal.spec.models import GatewayEntry, OnePortEntry, PortEntry, ServiceEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote

_PUBLISH = re.compile(r"(?:(?:[0-9.]+|\[[0-9A-Fa-f:.]+\]):)?([0-9]{1,5})")


def published(entry: PortEntry, path: Path, service: ServiceEntry, facts: Facts) -> str:
    """What a port's `publish` says; reported where that can't be."""
    if not entry.publish or facts.report.broken((*path, "publish")):
        return ""
    here = (*path, "publish")
    match = _PUBLISH.fullmatch(entry.publish)
    if not match or int(match[1]) > 65535:
        hint = "such as 8080, 127.0.0.1:8080 or [::1]:8080; 0 is any port"
        facts.problem(WrongType, here, f"expected a port of this machine, got {quote(entry.publish)}", hint)
    elif facts.target == "process":
        what = "means nothing with target process: there a port is this machine's own"
        facts.problem_at_key(WrongType, here, what, "write `number`, or `target: docker`")
    elif facts.target == "kubernetes":
        facts.problem_at_key(WrongType, here, "isn't there with target kubernetes", "write a route of the gateway")
    elif service.replicas > 1 and int(match[1]):
        what = f"{service.replicas} instances can't all have port {match[1]} of this machine"
        facts.problem(WrongType, here, what, 'write "0" for any port, replicas: 1, or a route of the gateway')
    return entry.publish


def _of_gateway(gateway: GatewayEntry | UnsetType) -> dict[int, Path]:
    if gateway is UNSET:
        return {}
    found: dict[int, Path] = {gateway.redirect: ("gateway", "redirect")} if gateway.redirect else {}
    return found | ({gateway.port: ("gateway", "port")} if gateway.port else {})


def check_numbers(facts: Facts) -> None:
    """No two ports of the app want the same number of this machine."""
    gateway = facts.file.gateway
    seen: dict[int, Path] = _of_gateway(gateway)
    for name, entry in facts.file.services.items():
        for number, path in _numbers(entry or ServiceEntry(), ("services", name), facts):
            first = seen.setdefault(number, path)
            if first != path:
                owner = first[0] if first[0] == "gateway" else first[1]
                what = f"port {number} is taken by {owner} in line {facts.at(first).line}"
                facts.problem(WrongType, path, what, "take another number")


def _numbers(entry: ServiceEntry, path: Path, facts: Facts) -> Iterator[tuple[int, Path]]:
    if isinstance(entry.port, OnePortEntry):
        yield from _number(entry.port, (*path, "port"), facts)
    for name, port in entry.ports.items() if isinstance(entry.ports, dict) else ():
        if port:
            yield from _number(port, (*path, "ports", name), facts)


def _number(port: PortEntry, path: Path, facts: Facts) -> Iterator[tuple[int, Path]]:
    """A container has all numbers for itself, but for those that are published."""
    match = _PUBLISH.fullmatch(port.publish)
    if match and int(match[1]):
        yield int(match[1]), (*path, "publish")
    if port.number is not UNSET and facts.target == "process":
        yield port.number, (*path, "number")

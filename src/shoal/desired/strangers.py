"""Strangers: services that a caller doesn't need. With plain names theirs lead to where the call is refused."""

from __future__ import annotations

from collections.abc import Iterator

from shoal.desired.bind import port_named
from shoal.model.app import App, Protocol, Service
from shoal.model.workload import Refusal


def strangers(app: App, service: Service) -> tuple[str, ...]:
    """Their plain names."""
    return tuple(peer.name for peer in _peers(app, service))


def refusals(app: App, service: Service) -> tuple[Refusal, ...]:
    """One for each port at which somebody would expect one of them. Where two speak differently at one port, HTTP is
    answered, since it can be told why."""
    found: dict[int, Refusal] = {}
    for peer, protocol, number in sorted(_ports(app, service), key=lambda port: port[1] == "tcp"):
        spoken: Protocol = "tcp" if protocol == "tcp" else "http"
        callee = peer if spoken == "tcp" else ""
        refusal = Refusal(service.name, callee, protocol=spoken, named=number, section=service.section)
        found.setdefault(number, refusal)
    return tuple(found[number] for number in sorted(found))


def _ports(app: App, service: Service) -> Iterator[tuple[str, Protocol, int]]:
    for peer in _peers(app, service):
        for port in peer.ports or ():
            if number := port_named(peer, port.name, port.protocol):
                yield peer.name, port.protocol, number


def _peers(app: App, service: Service) -> Iterator[Service]:
    known = {service.name, *(need.name for need in service.needs)}
    for peer in app.services if app.names else ():
        if peer.kind == "service" and peer.ports and peer.name not in known:
            yield peer

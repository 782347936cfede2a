"""Strangers: services that a caller doesn't need. With plain names theirs lead to where the call is refused, and so do
those ports of a service that it needs at another one."""

from __future__ import annotations

from collections.abc import Iterator

from shoal.desired.bind import port_named
from shoal.model.app import App, Port, Protocol, Service
from shoal.model.workload import Refusal


def strangers(app: App, service: Service) -> tuple[str, ...]:
    """Their plain names."""
    return tuple(peer.name for peer in _peers(app, service) if not _needed(service, peer))


def refusals(app: App, service: Service) -> tuple[Refusal, ...]:
    """One for each port at which somebody would expect one of them. Where two speak differently at one port, HTTP is
    answered, since it can be told why."""
    found = [refusal for peer in _peers(app, service) for refusal in _of(service, peer)]
    ordered = sorted(found, key=lambda refusal: (refusal.host_key, refusal.named, refusal.protocol == "tcp"))
    return tuple({refusal.id: refusal for refusal in reversed(ordered)}.values())[::-1]


def _of(service: Service, peer: Service) -> Iterator[Refusal]:
    needed = _needed(service, peer)
    for port in peer.ports or ():
        if port.name not in needed and (number := port_named(peer, port.name, port.protocol)):
            yield _refusal(service, peer, port, number, bool(needed))


def _refusal(service: Service, peer: Service, port: Port, number: int, partly: bool) -> Refusal:
    spoken: Protocol = "tcp" if port.protocol == "tcp" else "http"
    callee = peer.name if partly or spoken == "tcp" else ""
    return Refusal(service.name, callee, port.name, spoken, named=number, partly=partly, section=service.section)


def _needed(service: Service, peer: Service) -> frozenset[str]:
    """The ports at which it needs the other."""
    first = next((port.name for port in peer.ports or ()), "")
    return frozenset(need.port or first for need in service.needs if need.name == peer.name)


def _peers(app: App, service: Service) -> Iterator[Service]:
    for peer in app.services if app.names else ():
        if peer.kind == "service" and peer.ports and peer.name != service.name:
            yield peer

"""Strangers: services that a caller doesn't need. With plain names theirs lead to where the call is refused, and so do
those ports of a service that it needs at another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shoal.desired.bind import port_named
from shoal.model.app import App, Protocol, Service
from shoal.model.workload import Refusal


class Expected(NamedTuple):
    """A port of a service, and the number at which somebody who knows the service's name would expect it."""

    service: str
    port: str
    spoken: Protocol
    number: int


def strangers(app: App, service: Service) -> tuple[str, ...]:
    """Their plain names."""
    known = {service.name, *(need.name for need in service.needs)}
    return tuple(peer.name for peer in _peers(app) if peer.name not in known)


def refusals(app: App) -> tuple[Refusal, ...]:
    """Of each caller one for each port at which it would expect what it doesn't need. Where two speak differently at
    one port, HTTP is answered, since it can be told why."""
    expected = sorted(_expected(app), key=lambda port: (port.spoken == "tcp", port.number))
    firsts = {peer.name: next(port.name for port in peer.ports or ()) for peer in _peers(app)}
    return tuple(refusal for service in app.services for refusal in _of(service, expected, firsts))


def _of(service: Service, expected: list[Expected], firsts: dict[str, str]) -> Iterator[Refusal]:
    needed = {(need.name, need.port or firsts.get(need.name, "")) for need in service.needs}
    partly = {name for name, _ in needed}
    taken = set()
    for peer, port, spoken, number in expected:
        where = (peer if peer in partly else "", number)
        if peer != service.name and (peer, port) not in needed and where not in taken:
            taken.add(where)
            callee = peer if where[0] or spoken == "tcp" else ""
            port = port if callee else ""
            yield Refusal(
                service.name, callee, port, spoken, named=number, partly=bool(where[0]), section=service.section
            )


def _expected(app: App) -> Iterator[Expected]:
    for peer in _peers(app):
        for port in peer.ports or ():
            if number := port_named(peer, port.name, port.protocol):
                yield Expected(peer.name, port.name, "tcp" if port.protocol == "tcp" else "http", number)


def _peers(app: App) -> Iterator[Service]:
    return (peer for peer in app.services if app.names and peer.kind == "service" and peer.ports)

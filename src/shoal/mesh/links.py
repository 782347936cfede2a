"""Links: who dials whom through the mesh, the gateway included; and which instances answer."""

from __future__ import annotations

from typing import NamedTuple

from shoal.model.app import Protocol, Route
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.workload import Edge

GATEWAY = "gateway"


class Link(NamedTuple):
    """One caller → callee at one port. Its name is that of its cluster."""

    name: str
    callee: str
    port: str
    protocol: Protocol


def of_edge(edge: Edge) -> Link:
    return Link(edge.id, edge.callee, edge.port, edge.protocol)


def of_route(desired: Desired, route: Route) -> Link:
    """The gateway's link for a route: the port it names, else the workload's first."""
    workload = desired.workload(route.to)
    ports = workload.ports if workload else ()
    name = route.port or (ports[0].name if ports else "http")
    protocol: Protocol = next((p.protocol for p in ports if p.name == name), "http")
    return of_edge(Edge(GATEWAY, route.to, name, protocol))


def all_links(desired: Desired) -> tuple[Link, ...]:
    """Every link once, by name."""
    routes = desired.gateway.routes if desired.gateway else ()
    links = {of_edge(edge) for edge in desired.edges} | {of_route(desired, route) for route in routes if route.to}
    return tuple(sorted(links))


def addresses_needed(desired: Desired) -> tuple[str, ...]:
    """Names of the addresses that a snapshot binds: the gateway's and each edge's."""
    gateway = (GATEWAY,) if desired.gateway else ()
    return gateway + tuple(sorted({edge.id for edge in desired.edges}))


def answering(link: Link, observed: Observed, draining: frozenset[str]) -> tuple[tuple[Instance, Endpoint], ...]:
    """The callee's instances that may get requests, with where they listen, in a stable order."""
    ready = (i for i in observed.of(link.callee) if i.phase == "ready" and i.id not in draining)
    found = ((i, i.endpoints[link.port]) for i in ready if link.port in i.endpoints)
    return tuple(sorted(found, key=lambda pair: pair[0].id))

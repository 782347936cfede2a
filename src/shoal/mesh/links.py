"""Links: who dials whom through the mesh, the gateway included; and which instances answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from shoal.mesh.plain import PLAIN
from shoal.model.app import Protocol, Route
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.policy import Mirror, Pool, Rule
from shoal.model.workload import Edge

GATEWAY = "gateway"


class Link(NamedTuple):
    """One caller → callee at one port, and what its requests share. Its name is that of its cluster."""

    name: str
    callee: str
    port: str
    protocol: Protocol
    pool: Pool = Pool()
    caller: str = ""


def of_edge(edge: Edge) -> Link:
    return Link(edge.id, edge.callee, edge.port, edge.protocol, edge.policy.pool, edge.caller)


def of_route(desired: Desired, route: Route) -> Link:
    """The gateway's link for a route. Routes to one service share it, but for those with a pool of their own."""
    link = towards(desired, GATEWAY, route.to, route.port)
    pool = route.policy.pool
    return link if pool == link.pool else link._replace(name=f"{link.name}~{_digest(pool)}", pool=pool)


def of_rule(desired: Desired, edge: Edge, rule: Rule) -> Link:
    """To the service that the need names it's the edge's own."""
    return towards(desired, edge.caller, rule.to, rule.port or (edge.port if rule.to == edge.callee else ""))


def of_mirror(desired: Desired, caller: str, mirror: Mirror | None) -> Link | None:
    return towards(desired, caller, mirror.to, mirror.port) if mirror else None


def towards(desired: Desired, caller: str, callee: str, port: str) -> Link:
    """At the port that is named, else the callee's first; by the need that declares it, if one does."""
    workload = desired.workload(callee)
    ports = workload.ports if workload else ()
    name = port or (ports[0].name if ports else "http")
    protocol: Protocol = next((p.protocol for p in ports if p.name == name), "http")
    edge = Edge(caller, callee, name, protocol)
    return of_edge(desired.edge(edge.id) or edge)


def others(desired: Desired, link: Link) -> int:
    """How many may be asked besides one. By what is wanted, not by what runs: or each rollout of a single instance
    would change its routes twice."""
    callee = desired.workload(link.callee)
    return max(0, callee.replicas - 1) if callee else 0


def _digest(pool: Pool) -> str:
    return hashlib.sha256(msgspec.json.encode(pool)).hexdigest()[:6]


def all_links(desired: Desired) -> tuple[Link, ...]:
    """Every link once, by name."""
    return tuple(sorted({*_of_edges(desired), *_of_routes(desired)}, key=lambda link: link.name))


def _of_edges(desired: Desired) -> Iterator[Link]:
    for edge in desired.edges:
        yield of_edge(edge)
        yield from (of_rule(desired, edge, rule) for rule in edge.rules)
        mirrors = (of_mirror(desired, edge.caller, p.mirror) for p in (edge.policy, *(r.policy for r in edge.rules)))
        yield from (link for link in mirrors if link)


def _of_routes(desired: Desired) -> Iterator[Link]:
    for route in desired.gateway.routes if desired.gateway else ():
        if route.to:
            yield of_route(desired, route)
        if mirror := of_mirror(desired, GATEWAY, route.policy.mirror):
            yield mirror


def addresses_needed(desired: Desired) -> tuple[str, ...]:
    """Names of the addresses that a snapshot binds: the gateway's and each edge's."""
    gateway = desired.gateway
    doors = [*([GATEWAY] if gateway else []), *([PLAIN] if gateway and gateway.redirect is not None else [])]
    return (*doors, *sorted({edge.id for edge in desired.edges}))


def severed(link: Link, desired: Desired) -> bool:
    """Whether it was cut on purpose. Whoever dials it is told that nobody is there."""
    return any(a in ("", link.caller) and b in ("", link.callee) for a, b in desired.severed)


def answering(link: Link, observed: Observed, draining: frozenset[str]) -> tuple[tuple[Instance, Endpoint], ...]:
    """The callee's instances that may get requests, with where they listen, in a stable order."""
    ready = (i for i in observed.of(link.callee) if i.phase == "ready" and i.id not in draining)
    found = ((i, i.endpoints[link.port]) for i in ready if link.port in i.endpoints)
    return tuple(sorted(found, key=lambda pair: pair[0].id))

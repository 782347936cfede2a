"""What is disturbed on purpose, as part of what is wanted: faults at edges and routes, links that are cut. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from shoal.model.app import Gateway
from shoal.model.desired import Desired
from shoal.model.disturbance import Disturbance
from shoal.model.policy import EdgePolicy, Fault
from shoal.model.workload import Edge

GATEWAY = "gateway"
Pair = tuple[str, str]


def disturbed(desired: Desired, disturbances: Iterable[Disturbance]) -> Desired:
    """Nothing of it is part of a workload, so that no instance is replaced for it."""
    for one in disturbances:
        if one.kind == "partition":
            desired = msgspec.structs.replace(desired, severed=(*desired.severed, *one.links))
        elif one.kind in ("delay", "abort"):
            desired = _faulty(desired, frozenset(one.links), one.fault)
    return desired


def _faulty(desired: Desired, links: frozenset[Pair], fault: Fault) -> Desired:
    edges = tuple(_edge(e, fault) if (e.caller, e.callee) in links else e for e in desired.edges)
    gateway = desired.gateway and _gateway(desired.gateway, links, fault)
    return msgspec.structs.replace(desired, edges=edges, gateway=gateway)


def _edge(edge: Edge, fault: Fault) -> Edge:
    """Whatever its rules say of where requests go."""
    rules = tuple(msgspec.structs.replace(rule, policy=_policy(rule.policy, fault)) for rule in edge.rules)
    return msgspec.structs.replace(edge, policy=_policy(edge.policy, fault), rules=rules)


def _gateway(gateway: Gateway, links: frozenset[Pair], fault: Fault) -> Gateway:
    routes = tuple(
        msgspec.structs.replace(route, policy=_policy(route.policy, fault)) if (GATEWAY, route.to) in links else route
        for route in gateway.routes
    )
    return msgspec.structs.replace(gateway, routes=routes)


def _policy(policy: EdgePolicy, fault: Fault) -> EdgePolicy:
    return msgspec.structs.replace(policy, fault=fault)

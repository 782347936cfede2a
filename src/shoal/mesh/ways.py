"""Ways: what one entry of the file (an edge, a rule of it, a route of the gateway) becomes in a route table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shoal.mesh import faults, rates
from shoal.mesh.envoy import Json, share
from shoal.mesh.links import Link
from shoal.mesh.policy import Branch, branches
from shoal.mesh.tracks import Split, targets
from shoal.model.policy import EdgePolicy


class Way(NamedTuple):
    """Where requests go, by which policy (a decided one). `rate` names the bucket they draw on, `asked` are
    conditions on their headers. `split` says how much of it goes to a canary."""

    link: Link
    policy: EdgePolicy
    mirror: Link | None = None
    rate: str = ""
    asked: list[Json] = []
    split: Split | None = None


def forward(path: Json, way: Way, rewrite: Mapping[str, Json]) -> Iterator[Json]:
    """The routes of Envoy for one path: one for each kind of request that is sent in a way of its own."""
    for branch in branches(way.policy, way.link.protocol):
        for conditions, target in targets(way.link, way.split):
            asked = [*way.asked, *conditions, *branch.conditions]
            action = {**target, **rewrite, **branch.action, **_besides(way, branch)}
            route = {"match": {**path, **({"headers": asked} if asked else {})}, "route": action}
            if way.policy.fault:
                route["typed_per_filter_config"] = faults.of_route(way.policy.fault)
            yield route


def _besides(way: Way, branch: Branch) -> Json:
    """A stream has no copy: it would have to be read to its end, which may be far."""
    limits = rates.draws(way.rate) if way.policy.rate else {}
    if not (way.mirror and way.policy.mirror) or branch.stream:
        return limits
    drawn = {"default_value": share(way.policy.mirror.percent)}
    copy = {"cluster": way.mirror.name, "runtime_fraction": drawn, "disable_shadow_host_suffix_append": True}
    return {**limits, "request_mirror_policies": [copy]}


def filters(policies: list[EdgePolicy]) -> list[Json]:
    """The HTTP filters that routes by these policies rely on."""
    faulty = any(policy.fault for policy in policies)
    limited = any(policy.rate for policy in policies)
    return [*([rates.rate_filter()] if limited else []), *([faults.fault_filter()] if faulty else [])]

"""Tracks: while a canary is under way, a link has two clusters, and its requests are shared out between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from shoal.mesh.envoy import Json
from shoal.mesh.links import Link
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed

CANARY = "@canary"


class Split(NamedTuple):
    """`weight`: percent of the requests that the canary gets; those with the header `header` it gets at any weight."""

    weight: int
    header: str = ""


def split(desired: Desired, link: Link) -> Split | None:
    rollout = desired.rollouts.get(link.callee)
    return None if rollout is None or rollout.weight is None else Split(rollout.weight, rollout.header)


def canary(link: Link) -> Link:
    return link._replace(name=link.name + CANARY)


def is_new(desired: Desired, instance: Instance) -> bool:
    """Whether it belongs to the new revision of a service that has a canary."""
    workload = desired.workload(instance.workload)
    return workload is not None and instance.revision == workload.revision


def targets(link: Link, shared: Split | None) -> Iterator[tuple[list[Json], Json]]:
    """(header conditions, where to) of one route, in the order to be tried."""
    if shared is None:
        yield [], {"cluster": link.name}
        return
    new = canary(link).name
    if shared.header:
        yield [{"name": shared.header, "present_match": True}], {"cluster": new}
    yield [], weighted(link, shared)


def weighted(link: Link, shared: Split) -> Json:
    shares = ((link.name, 100 - shared.weight), (canary(link).name, shared.weight))
    return {"weighted_clusters": {"clusters": [{"name": name, "weight": weight} for name, weight in shares]}}


def answered(desired: Desired, observed: Observed, draining: frozenset[str]) -> Desired:
    """With weights as far as there is somebody to answer: a track without a ready instance gets no requests."""
    changed = {}
    for name, rollout in desired.rollouts.items():
        if rollout.weight is None:
            continue
        there = {is_new(desired, i) for i in observed.of(name) if i.phase == "ready" and i.id not in draining}
        if True not in there:
            changed[name] = msgspec.structs.replace(rollout, weight=0, header="")
        elif False not in there:
            changed[name] = msgspec.structs.replace(rollout, weight=100)
    return msgspec.structs.replace(desired, rollouts=desired.rollouts | changed) if changed else desired

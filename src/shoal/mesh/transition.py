"""Transition: from one snapshot to the next without a moment in which a route leads nowhere.

Envoy reads files that changed together in any order. So what is new is there before it is named, and what goes, goes
after nobody names it any more; between two such steps Envoy must have accepted the first.
"""

from __future__ import annotations

import json

from shoal.mesh.envoy import Json
from shoal.mesh.snapshot import pack
from shoal.model.snapshot import Snapshot

Parts = dict[str, list[Json]]


def transition(old: Snapshot | None, new: Snapshot) -> tuple[Snapshot, ...]:
    """The snapshots to publish one after the other, each when the one before is accepted; the last is `new`.

    `old` is what Envoy has (only its files are looked at). Mostly one step: only clusters that come or go take more.
    """
    before, after = _parts(old) if old else {}, _parts(new)
    if not before.get("lds.json"):
        return (new,)
    had, has = _names(before), _names(after)
    every = [*after["cds.json"], *(cluster for cluster in before["cds.json"] if cluster["name"] not in has)]
    steps = []
    if has - had:
        steps.append(pack({**before, "cds.json": every}, new.instances))
    if had - has:
        steps.append(pack({**after, "cds.json": every}, new.instances))
    return (*steps, new)


def _parts(snapshot: Snapshot) -> Parts:
    return {name: json.loads(text)["resources"] for name, text in snapshot.files.items()}


def _names(parts: Parts) -> set[str]:
    return {str(cluster["name"]) for cluster in parts["cds.json"]}

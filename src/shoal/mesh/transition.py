"""Transition: from one snapshot to the next without a moment in which a route leads nowhere."""

from __future__ import annotations

import json

from shoal.mesh.envoy import Json
from shoal.mesh.snapshot import pack
from shoal.model.snapshot import Snapshot


def transition(old: Snapshot | None, new: Snapshot) -> tuple[Snapshot, ...]:
    """The snapshots to publish one after the other, each when the one before is accepted; the last is `new`.

    Envoy takes clusters before routes, so a cluster that goes must stay until no route names it.
    """
    gone = _gone(old, new) if old else []
    if not gone:
        return (new,)
    wide = {name: _resources(text) for name, text in new.files.items()}
    wide["cds.json"] = [*wide["cds.json"], *gone]
    return (pack(wide, new.instances), new)


def _gone(old: Snapshot, new: Snapshot) -> list[Json]:
    kept = {cluster["name"] for cluster in _resources(new.files["cds.json"])}
    return [cluster for cluster in _resources(old.files["cds.json"]) if cluster["name"] not in kept]


def _resources(text: str) -> list[Json]:
    found: list[Json] = json.loads(text)["resources"]
    return found

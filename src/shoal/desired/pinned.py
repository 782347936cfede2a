"""Single services as an earlier release had them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shoal.model.desired import Desired
from shoal.model.workload import Workload


def pinned(desired: Desired, earlier: Mapping[str, Desired]) -> Desired:
    """`desired` with the services of `earlier` (name -> a Desired that has it as it should be), their jobs, edges and
    builds; how many run, and whether, is as now."""
    workloads = [w for w in desired.workloads if w.owner not in earlier]
    edges = [edge for edge in desired.edges if edge.caller not in earlier]
    artifacts = {artifact.key: artifact for artifact in desired.artifacts}
    for name, other in earlier.items():
        workloads += [_as_now(w, desired.workload(w.name)) for w in other.workloads if w.owner == name]
        edges += [edge for edge in other.edges if edge.caller == name]
        artifacts |= {artifact.key: artifact for artifact in other.artifacts}
    used = {key for w in workloads for key in w.artifacts()}
    kept = tuple(a for a in artifacts.values() if a.key in used or a in desired.artifacts)
    return msgspec.structs.replace(desired, workloads=tuple(workloads), edges=tuple(edges), artifacts=kept)


def lacks(desired: Desired, name: str) -> list[str]:
    """What a service waits for or calls that isn't wanted."""
    known = {w.name for w in desired.workloads}
    mine = [w for w in desired.workloads if w.owner == name]
    waits = {after.name for w in mine for after in w.after}
    calls = {edge.callee for edge in desired.edges if edge.caller == name}
    return sorted((waits | calls) - known)


def _as_now(workload: Workload, now: Workload | None) -> Workload:
    if now is None:
        return workload
    return msgspec.structs.replace(workload, replicas=now.replicas, when=now.when, nonce=now.nonce)

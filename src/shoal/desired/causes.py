"""Why an artifact has to be built: what of it is new since the one before."""

from __future__ import annotations

import msgspec

from shoal.desired.builds import GATEWAY
from shoal.model.desired import Desired
from shoal.model.workload import Artifact


def with_causes(desired: Desired, before: Desired) -> Desired:
    """Each artifact told apart from the one that its owner had."""
    old = {artifact.owner: artifact for artifact in before.artifacts}
    owners = {artifact.key: artifact.owner for artifact in (*before.artifacts, *desired.artifacts)}
    artifacts = tuple(
        msgspec.structs.replace(a, cause=cause(a, old[a.owner], owners)) if a.owner in old else a
        for a in desired.artifacts
    )
    return msgspec.structs.replace(desired, artifacts=artifacts)


def cause(now: Artifact, before: Artifact, owners: dict[str, str]) -> str:
    """In words; nothing when the key is the same. `owners` maps keys to names."""
    if now.key == before.key:
        return ""
    found = ["its source changed"] if now.digest != before.digest or now.source != before.source else []
    used = {owners[key] for key in before.uses() if key in owners}
    found += [f"{owners[key]} changed" for key in sorted(now.uses() - before.uses()) if owners.get(key) in used]
    found += [_tool(name, text) for name, text in now.tools.items() if text != before.tools.get(name, text)]
    return f"{now.owner}: {', '.join(found) or 'its build steps changed'}"


def _tool(name: str, version: str) -> str:
    return f"{name} is at {version} now" if name == GATEWAY else f"{name} is another version now"

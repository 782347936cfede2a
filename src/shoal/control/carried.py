"""What of the present release goes on in the next one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shoal.control.releases import Release
from shoal.control.wishes import restarted
from shoal.desired import compile, folder_of
from shoal.model.app import App
from shoal.model.desired import Desired
from shoal.model.release import Overrides


def since(before: Release | None, now: float) -> float:
    """When the environment came up from nothing."""
    return before.wanted.since if before is not None and not before.wanted.down else now


def scheduled(before: Release | None, app: App, now: float) -> dict[str, float]:
    """When the schedule of each job came to be wanted: before that, nothing was due."""
    same: dict[object, float] = {}
    if before is not None and not before.wanted.down:
        known = before.wanted.scheduled
        same = {(s.name, s.schedule): known[s.name] for s in before.wanted.app.services if s.name in known}
    return {s.name: same.get((s.name, s.schedule)) or now for s in app.services if s.schedule}


def overrides(before: Release | None, app: App, digests: Mapping[str, str]) -> Overrides:
    """A `scale` stays until the file changes that service's replicas, a rotated secret until its source changes."""
    if before is None:
        return Overrides()
    old = before.wanted.overrides
    counts = {s.name: s.replicas for s in before.wanted.app.services}
    same = {s.name for s in app.services if counts.get(s.name) == s.replicas}
    declared = {secret.name for secret in app.secrets}
    valid = {n: r for n, r in old.rotated.items() if n in declared and digests.get(n, "") == r.instead_of}
    replicas = {name: count for name, count in old.replicas.items() if name in same}
    return msgspec.structs.replace(old, replicas=replicas, rotated=valid)


def still_pinned(release: Release) -> Release:
    """Without the pins of services that the file says something new about."""
    wanted, pins = release.wanted, release.wanted.overrides.pins
    if not pins:
        return release
    plain = compile(wanted.app, release.inputs)
    found = {name: plain.workload(name) for name in pins}
    kept = {n: pin for n, pin in pins.items() if (w := found[n]) is not None and w.revision == pin.instead_of}
    return release.wanting(overrides=msgspec.structs.replace(wanted.overrides, pins=kept))


def edited(release: Release, before: Release, desired: Desired) -> Overrides:
    """What runs where it lies has no artifact that would differ: an edit there replaces it all the same."""
    old, new = before.inputs.sources, release.inputs.sources
    changed = {key for key in new if key in old and new[key].tracked != old[key].tracked}
    unbuilt = {w.name for w in desired.workloads if w.kind == "service" and not w.artifact}
    services = release.wanted.app.services
    names = [s.name for s in services if s.name in unbuilt and folder_of(s).key in changed]
    return restarted(names)(release.wanted.overrides)

"""Another content of a secret, as a release. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from shoal.control.releases import Release
from shoal.errors import UsageError
from shoal.model.desired import Desired
from shoal.model.release import Rotation


def rotated(present: Release, name: str, digest: str) -> Release:
    """The present release with one more content; it stays until the source, as it is now, says something else. Raises
    `UsageError` for the content that it has."""
    wanted, before = present.wanted, present.inputs.secrets.get(name, "")
    if before == digest:
        raise UsageError(f"the secret {name} has this value already", hint="Nothing was changed.")
    known = wanted.overrides.rotated.get(name)
    rotation = Rotation(digest, known.instead_of if known else before)
    contents = present.inputs.secrets | {name: digest}
    overrides = msgspec.structs.replace(wanted.overrides, rotated=wanted.overrides.rotated | {name: rotation})
    another = Release(wanted, msgspec.structs.replace(present.inputs, secrets=contents))
    return another.after(present, f"{name} rotated", overrides=overrides, secrets=contents)


def check_pins(desired: Desired, pins: Iterable[str], name: str) -> None:
    """Raises `UsageError` where a service that was rolled back would keep the old content."""
    stuck = sorted(user for user in users(desired, name) if user in pins)
    if stuck:
        what = f"{stuck[0]} was rolled back, with the value that {name} had then"
        raise UsageError(what, hint=f"Give {stuck[0]} a revision that is to stay (shoal up), then rotate {name}.")


def users(desired: Desired, name: str) -> tuple[str, ...]:
    """Who refers to a secret, by the names in the file."""
    return tuple(sorted({w.owner for w in desired.workloads if any(r.name == name for r in w.secret_refs())}))

"""An app whose edits are followed, pure: who waits for one is its only user, and no warm-up serves him sooner."""

from __future__ import annotations

import msgspec

from shoal.model.desired import Desired


def unwarmed(desired: Desired) -> Desired:
    """What is warmed up is no part of a revision: nothing is replaced for it."""
    replace = msgspec.structs.replace
    return replace(desired, workloads=tuple(replace(w, warmup=()) if w.warmup else w for w in desired.workloads))

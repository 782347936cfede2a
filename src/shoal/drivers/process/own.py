"""What of this machine belongs to one instance alone, so that something may be copied there."""

from __future__ import annotations

import os
from pathlib import Path

from shoal.drivers.process.state import State
from shoal.errors import UsageError


def check_own(target: str, instance: str, state: State, artifacts: Path) -> None:
    """Raises `UsageError` for a place that others share, or that is shoal's; elsewhere the file system decides."""
    place = Path(os.path.realpath(target))
    scratch = state.instances / instance / "scratch"
    if place.is_relative_to(os.path.realpath(artifacts)):
        what = f"{target} is part of a build, which is shared by all services and apps with the same source"
        hint = f"Change the source and run `shoal up`; or copy to the instance's own folder, {scratch}"
        raise UsageError(what, hint=hint)
    own = [Path(os.path.realpath(folder)) for folder in (scratch, state.data)]
    if place.is_relative_to(os.path.realpath(state.root)) and not any(place.is_relative_to(folder) for folder in own):
        raise UsageError(f"{target} is shoal's own", hint=f"The instance's own folder is {scratch}")

"""`limits`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.scalars import Size


class LimitsEntry(Written, frozen=True, kw_only=True):
    """What each instance may take at most. What isn't written isn't limited."""

    cpu: Annotated[float | UnsetType, Meta(description="Cores: 0.5 is half of one.")] = UNSET
    memory: Annotated[
        Size | UnsetType, Meta(description="Bytes, such as 256Mi. What takes more is killed, and started again.")
    ] = UNSET
    pids: Annotated[int | UnsetType, Meta(ge=1, description="Processes and threads. Beyond that none is made.")] = UNSET
    disk: Annotated[
        Size | UnsetType,
        Meta(description="Bytes in its scratch folder (also TMPDIR); measured from time to time. Services and jobs."),
    ] = UNSET

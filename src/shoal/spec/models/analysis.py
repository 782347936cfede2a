"""`analysis`: what a canary is held to."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.scalars import Duration, Frequency, Share


class LatencyEntry(Written, frozen=True, kw_only=True):
    """How slow it may be: of its answers, `quantile` must come within `factor` × what the stable instances take for as
    many, and `slack`."""

    quantile: Annotated[Share | UnsetType, Meta(description="Which share of the answers. Default 95%.")] = UNSET
    factor: Annotated[float | UnsetType, Meta(description="1 or more. Default 1.5.")] = UNSET
    slack: Annotated[Duration | UnsetType, Meta(description="Default 25ms.")] = UNSET


class AnalysisEntry(Written, frozen=True, kw_only=True):
    """What the new instances are held to, against the stable ones over the same seconds."""

    failures: Annotated[
        Share | UnsetType,
        Meta(description="Of its requests, this many of 100 more may fail (5xx, reset, no answer). Default 0.5%."),
    ] = UNSET
    latency: Annotated[LatencyEntry | UnsetType, Meta(description="How slow it may be.")] = UNSET
    minimum: Annotated[
        int | UnsetType, Meta(ge=1, le=1000000, description="No verdict before as many requests. Default 50.")
    ] = UNSET
    probes: Annotated[
        bool | Frequency | UnsetType,
        Meta(description="GETs of shoal's own to each side where traffic is thin; false: none. Default 20/s."),
    ] = UNSET
    path: Annotated[
        str | UnsetType, Meta(description="What they ask for. Default: the path of the readiness probe.")
    ] = UNSET

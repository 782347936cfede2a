"""How a service goes from a revision to the next."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from shoal.spec.models.analysis import AnalysisEntry
from shoal.spec.models.base import Written
from shoal.spec.scalars import Duration


class StepEntry(Written, frozen=True, kw_only=True):
    """A part of the requests for the new revision, and for how long."""

    weight: Annotated[int, Meta(ge=0, le=100, description="Percent of the requests.")]
    for_: Annotated[
        Duration | UnsetType, Meta(description="Then the next step. Without it: until `shoal rollout promote`.")
    ] = field(name="for", default=UNSET)


class StrategyEntry(Written, frozen=True, kw_only=True):
    """How one revision takes the place of another."""

    type: Annotated[
        Literal["rolling", "canary", "blue-green"],
        Meta(
            description="rolling: slot by slot. canary: new instances beside the old, with more and more of the "
            "requests. blue-green: all of the new beside the old, then all requests at once."
        ),
    ]
    steps: Annotated[
        list[StepEntry],
        Meta(description="Of a canary, with rising weights. Default: 10 for 1m, 50 for 1m. Then the rest follows."),
    ] = []
    for_: Annotated[
        Duration | UnsetType,
        Meta(description="Of blue-green: how long the old ones stay after the switch. Default 1m."),
    ] = field(name="for", default=UNSET)
    analysis: Annotated[
        AnalysisEntry | bool | UnsetType,
        Meta(description="What the new revision is held to beside the stable one; false: nothing but to run."),
    ] = UNSET
    header: Annotated[
        str, Meta(description="Requests with this header go to the new revision at any weight, for testers.")
    ] = ""

"""How a service goes from a revision to the next."""

from __future__ import annotations

from typing import Literal

import msgspec

from shoal.model.analysis import Analysis


class Step(msgspec.Struct, frozen=True):
    """`weight`: percent of the requests that go to the new revision. `hold`: seconds until the next step (None: until
    somebody says so)."""

    weight: int
    hold: float | None = None


class Strategy(msgspec.Struct, frozen=True):
    """rolling     slot by slot
    canary      a few new instances beside the stable ones, which get more and more of the requests
    blue-green  all new instances beside the stable ones, and then all requests at once

    `analysis` is what the new revision is held to at each step (None: nothing but to run).
    `header` is one whose requests go to the new revision, whatever their share is."""

    kind: Literal["rolling", "canary", "blue-green"] = "rolling"
    steps: tuple[Step, ...] = ()
    header: str = ""
    analysis: Analysis | None = None

"""Disturbance: what somebody does to an edge or to instances on purpose, for a time, to see what heals."""

from __future__ import annotations

from typing import Literal

import msgspec

from shoal.model.policy import Fault

Kind = Literal["delay", "abort", "partition", "kill", "pause", "fill"]


class Wish(msgspec.Struct, frozen=True):
    """What is asked for. `target` is an edge (`web->posts`), a workload (`posts`) or an instance (`posts/0`); `seconds`
    how long; `fault` what a delay or an abort does to requests."""

    kind: Kind
    target: str
    seconds: float
    fault: Fault = Fault()


class Disturbance(msgspec.Struct, frozen=True):
    """One that is under way: of requests over `links` (caller and callee; empty: anybody), or of `instances`, by id. It
    is over at `until`, in seconds since the epoch, whoever began it."""

    kind: Kind
    target: str
    begun: float
    until: float
    fault: Fault = Fault()
    links: tuple[tuple[str, str], ...] = ()
    instances: tuple[str, ...] = ()

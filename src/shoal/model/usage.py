"""What runs inside an instance, and what it uses, as the platform counts it."""

from __future__ import annotations

from typing import Literal

import msgspec

Measure = Literal["pss", "rss"]


class Process(msgspec.Struct, frozen=True):
    """One process. `cpu` is in seconds since it began, `started` in seconds since the epoch, `memory` in bytes: its
    share of what it has in common with others counted once (`pss`), or all that it has (`rss`), see `measure`."""

    pid: int
    parent: int
    user: str
    started: float
    cpu: float
    memory: int
    measure: Measure
    threads: int
    descriptors: int
    command: str


class Usage(msgspec.Struct, frozen=True):
    """One instance, at `time` (seconds since the epoch). `cpu` is in seconds since its processes began, so two of these
    make a rate; `memory` and `log` are in bytes; `measure` is `rss` when that is all that one process would tell."""

    time: float
    cpu: float
    memory: int
    measure: Measure
    processes: int
    threads: int
    descriptors: int
    log: int

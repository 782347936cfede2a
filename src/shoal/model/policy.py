"""Policy: what the mesh does with the requests of one edge or one route. All durations are seconds, shares percent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Failure = Literal["reset", 502, 503, 504]


class Ejection(msgspec.Struct, frozen=True):
    """An instance rests after `failures` in a row: no connection, no answer in time, or 502 to 504. The first rest is
    `pause`, each further one longer by as much, up to `longest`; never more than `most` of the instances at once."""

    failures: int = 5
    pause: float = 5.0
    longest: float = 30.0
    most: float = 50.0


class Pool(msgspec.Struct, frozen=True):
    """What all requests of a link share: how much may be under way at once (0: the mesh's own bound), how many of them
    may be further tries (`budget` of those under way, or `spare` if that is more), and who rests."""

    connections: int = 0
    requests: int = 0
    waiting: int = 0
    budget: float = 20.0
    spare: int = 64
    eject: Ejection | None = Ejection()


class Rate(msgspec.Struct, frozen=True):
    """`limit` in each `period`, and `burst` at once after a quiet time."""

    limit: int
    period: float = 1.0
    burst: int = 1


class Mirror(msgspec.Struct, frozen=True):
    """A share of the requests goes to another service as well; what it answers is thrown away."""

    to: str
    port: str = ""
    percent: float = 100.0


class Fault(msgspec.Struct, frozen=True):
    """Made on purpose: a share of the requests waits for `delay`, or is answered with `abort` (0: isn't)."""

    delay: float = 0.0
    abort: int = 0
    percent: float = 100.0


class EdgePolicy(msgspec.Struct, frozen=True):
    """`timeout` is over all tries; 0 means none. After `try_timeout` another instance is asked too (None: the mesh's
    default; 0: never). `retries` further tries at most (None: the mesh's default): of whatever never reached a server,
    and of requests by `again` methods that failed as `retry_on` says."""

    timeout: float = 15.0
    retries: int | None = None
    try_timeout: float | None = None
    retry_on: tuple[Failure, ...] = ("reset", 503)
    again: tuple[str, ...] = ("GET", "HEAD")
    pool: Pool = Pool()
    rate: Rate | None = None
    mirror: Mirror | None = None
    fault: Fault | None = None


class Header(msgspec.Struct, frozen=True):
    """A condition on one header of a request; `present` and `absent` ask for no value."""

    name: str
    kind: Literal["exact", "prefix", "contains", "present", "absent"] = "exact"
    value: str = ""


class Match(msgspec.Struct, frozen=True):
    """Which requests: by one of `methods` (none: any), and with all of `headers`."""

    methods: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """Of the requests of an edge, those that match go `to` another service, or by another policy."""

    match: Match
    to: str
    port: str = ""
    policy: EdgePolicy = EdgePolicy()


def targets(policies: Iterable[EdgePolicy]) -> frozenset[str]:
    """Services that see requests by these policies besides those that answer them."""
    return frozenset(policy.mirror.to for policy in policies if policy.mirror)

"""What the mesh does with requests: the keys that entries of `needs`, their rules and the gateway's routes share."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from shoal.model.policy import Failure
from shoal.spec.models.base import Written
from shoal.spec.scalars import Duration, Frequency, Share


class RetriesEntry(Written, frozen=True, kw_only=True):
    """Further tries, each at another instance if there is one. What never reached an instance is always sent again,
    anything else only if its method says that it may be done twice."""

    attempts: Annotated[
        int | UnsetType,
        Meta(ge=0, le=10, description="Further tries at most. Default: one per instance, 4 at most."),
    ] = UNSET
    after: Annotated[
        list[Failure] | UnsetType,
        Meta(description="After which other failures: reset, 502, 503, 504. Default: reset and 503."),
    ] = UNSET
    methods: Annotated[
        list[str] | UnsetType,
        Meta(description="What may be sent twice: of GET, HEAD, OPTIONS, TRACE, PUT, DELETE. Default: GET, HEAD."),
    ] = UNSET
    budget: Annotated[
        Share | UnsetType,
        Meta(description="Further tries under way, as a share of all requests under way. Default 20%."),
    ] = UNSET
    spare: Annotated[
        int | UnsetType, Meta(ge=0, le=8192, description="As many may be, if that is more. Default 64.")
    ] = UNSET


class BreakerEntry(Written, frozen=True, kw_only=True):
    """How much may be under way at once; what is more is refused at once (503; over TCP: closed)."""

    connections: Annotated[
        int | UnsetType, Meta(ge=1, le=100000, description="Connections to all instances together.")
    ] = UNSET
    requests: Annotated[int | UnsetType, Meta(ge=1, le=100000, description="Requests under way.")] = UNSET
    waiting: Annotated[int | UnsetType, Meta(ge=1, le=100000, description="Requests that wait for a connection.")] = (
        UNSET
    )


class EjectEntry(Written, frozen=True, kw_only=True):
    """When an instance gets no requests for a while, because they failed."""

    failures: Annotated[
        int | UnsetType,
        Meta(ge=1, le=1000, description="This many in a row: no connection, no answer, or 502 to 504. Default 5."),
    ] = UNSET
    pause: Annotated[
        Duration | UnsetType, Meta(description="For how long; each time longer by as much. Default 5s.")
    ] = UNSET
    longest: Annotated[Duration | UnsetType, Meta(description="Longest pause. Default 30s.")] = UNSET
    most: Annotated[
        Share | UnsetType, Meta(description="Never more than this share of the instances. Default 50%.")
    ] = UNSET


class RateEntry(Written, frozen=True, kw_only=True):
    """How many requests (TCP: connections) pass."""

    limit: Annotated[Frequency, Meta(description="Such as 100/s, 60/m or 1000/h.")]
    burst: Annotated[
        int | UnsetType, Meta(ge=1, le=1000000, description="So many at once after a quiet time. Default: the limit.")
    ] = UNSET


class MirrorEntry(Written, frozen=True, kw_only=True):
    """A copy of the requests for another service, whose answers nobody sees."""

    to: Annotated[str, Meta(description="A service, or service:port.")]
    percent: Annotated[Share | UnsetType, Meta(description="Which share of the requests. Default 100%.")] = UNSET


class FaultEntry(Written, frozen=True, kw_only=True):
    """Trouble made on purpose."""

    delay: Annotated[Duration | UnsetType, Meta(description="Wait before the request is passed on.")] = UNSET
    abort: Annotated[int | UnsetType, Meta(ge=400, le=599, description="Answer with this status code instead.")] = UNSET
    percent: Annotated[Share | UnsetType, Meta(description="For which share of the requests. Default 100%.")] = UNSET


class HeaderEntry(Written, frozen=True, kw_only=True):
    """What a header must be: exactly one of these."""

    exact: Annotated[str | UnsetType, Meta(description="The whole value.")] = UNSET
    prefix: Annotated[str | UnsetType, Meta(description="How the value begins.")] = UNSET
    contains: Annotated[str | UnsetType, Meta(description="What is in the value (a cookie, say).")] = UNSET
    present: Annotated[bool | UnsetType, Meta(description="Whether there is such a header at all.")] = UNSET


class MatchEntry(Written, frozen=True, kw_only=True):
    """Which requests: all that is said here must be so."""

    headers: Annotated[dict[str, str | HeaderEntry], Meta(description="By header: its whole value, or a map.")] = {}
    methods: Annotated[list[str], Meta(description="By one of these methods.")] = []


class RequestsEntry(Written, frozen=True, kw_only=True):
    """What may differ from request to request."""

    timeout: Annotated[
        Duration | UnsetType, Meta(description="Whole request, further tries included; 0 is none. Default 15s.")
    ] = UNSET
    try_timeout: Annotated[
        Duration | UnsetType,
        Meta(
            description="Then another one is asked too, if it only reads; 0: never. Default 1s, if there are several."
        ),
    ] = UNSET
    retries: Annotated[
        int | RetriesEntry | UnsetType,
        Meta(
            ge=0,
            le=10,
            description="Further tries of a request that failed; or a map. Default: one per instance, 4 at most.",
        ),
    ] = UNSET
    rate: Annotated[
        Frequency | RateEntry | UnsetType,
        Meta(description="Requests that pass, such as 100/s; others are answered 429. Default: all."),
    ] = UNSET
    mirror: Annotated[
        str | MirrorEntry | UnsetType, Meta(description="A service that gets a copy of the requests; or a map.")
    ] = UNSET
    fault: Annotated[FaultEntry | UnsetType, Meta(description="Trouble made on purpose.")] = UNSET


class PolicyEntry(RequestsEntry, frozen=True, kw_only=True):
    """And what all requests share."""

    breaker: Annotated[BreakerEntry | UnsetType, Meta(description="How much may be under way at once.")] = UNSET
    eject: Annotated[
        bool | EjectEntry | UnsetType,
        Meta(description="When an instance that fails rests; false: never. Default: true."),
    ] = UNSET


class RuleEntry(RequestsEntry, frozen=True, kw_only=True):
    """Requests that go elsewhere, or by another policy; what isn't said here is as for the others."""

    match: Annotated[MatchEntry, Meta(description="Which requests.")]
    to: Annotated[str, Meta(description="A service, or service:port. Default: the one that is needed.")] = ""

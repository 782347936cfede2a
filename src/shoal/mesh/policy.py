"""Policy: how requests of an edge or a route are sent, as Envoy's route actions, told apart by what the request is.

A request is sent again only if it never reached a server, or if it only reads (GET, HEAD; the file may name others that
may be done twice).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from shoal.mesh.envoy import Json, duration, extension
from shoal.model.app import Protocol
from shoal.model.policy import EdgePolicy, Header, Match

# The server never saw the request: safe for every method.
UNSEEN = ("connect-failure", "refused-stream", "reset-before-request")
# A second host is looked for this many times before the same one is taken again.
OTHER_HOST_ATTEMPTS = 5
BACKOFF = 0.025
IDLE = 300.0
IDLE_STREAM = 3600.0
# How long a hung instance is waited for before another one is asked too.
TRY_TIMEOUT = 1.0
# As many hung ones may be met in a row, and still nobody who reads notices.
RETRIES = 4
METHOD = ":method"


class Branch(NamedTuple):
    """Requests of one kind: conditions on their headers, and the route action without its cluster."""

    conditions: list[Json]
    action: Json
    stream: bool = False


def decided(policy: EdgePolicy, others: int) -> EdgePolicy:
    """With the mesh's defaults, which depend on how many `others` there are to ask when one has failed: one more, since
    whoever was asked is forgotten when the endpoints change."""
    retries = min(others + 1, RETRIES) if policy.retries is None else policy.retries
    late = policy.try_timeout
    if late is None:
        late = TRY_TIMEOUT if others and policy.timeout > TRY_TIMEOUT else 0.0
    return msgspec.structs.replace(policy, retries=retries, try_timeout=late)


def branches(policy: EdgePolicy, protocol: Protocol) -> Iterator[Branch]:
    """Of a policy that has been decided. In the order to be tried; the last has no condition."""
    if protocol == "grpc":
        yield Branch([], _grpc(policy))
        return
    yield Branch([{"name": "upgrade", "present_match": True}], _stream(policy), stream=True)
    events = {"name": "accept", "string_match": {"contains": "text/event-stream"}}
    yield Branch([events], _stream(policy), stream=True)
    for method in policy.again:
        yield Branch([_methods((method,))], _again(policy))
    yield Branch([], _once(policy))


def conditions(match: Match) -> list[Json]:
    """What a request must show to be one of those that the file means."""
    return [*([_methods(match.methods)] if match.methods else []), *(_header(header) for header in match.headers)]


def _methods(methods: tuple[str, ...]) -> Json:
    """One by itself is compared: an expression costs each request some microseconds."""
    one = {"exact": methods[0]} if len(methods) == 1 else {"safe_regex": {"regex": "|".join(methods)}}
    return {"name": METHOD, "string_match": one}


def _header(header: Header) -> Json:
    if header.kind in ("present", "absent"):
        return {"name": header.name, "present_match": header.kind == "present"}
    return {"name": header.name, "string_match": {header.kind: header.value}}


def _once(policy: EdgePolicy) -> Json:
    """The timeout is over everything: all tries, until the answer's last byte."""
    idle = max(IDLE, policy.timeout) if policy.timeout else IDLE_STREAM
    return {"timeout": duration(policy.timeout), "idle_timeout": duration(idle), **_retries(policy, UNSEEN)}


def _again(policy: EdgePolicy) -> Json:
    """A try that takes too long isn't given up: another host is asked as well, and the first answer counts. The host
    that was late has failed all the same, for whoever ejects it."""
    codes = [failure for failure in policy.retry_on if isinstance(failure, int)]
    on = (*UNSEEN, *(["reset"] if "reset" in policy.retry_on else []), *(["retriable-status-codes"] if codes else []))
    action = {**_once(policy), **_retries(policy, on, codes)}
    if not policy.try_timeout:
        return action
    retries = {**action.get("retry_policy", {}), "per_try_timeout": duration(policy.try_timeout)}
    return {**action, "retry_policy": retries, "hedge_policy": {"hedge_on_per_try_timeout": True}}


def _stream(policy: EdgePolicy) -> Json:
    """Websockets and server-sent events live as long as they like; an hour without a byte ends them."""
    return {"timeout": "0s", "idle_timeout": duration(IDLE_STREAM), **_retries(policy, UNSEEN)}


def _grpc(policy: EdgePolicy) -> Json:
    """A stream can't be told from a call, so only the caller's own deadline counts, unless the file sets another
    timeout than the default."""
    timeout = 0.0 if policy.timeout == EdgePolicy().timeout else policy.timeout
    action = {"timeout": duration(timeout), "idle_timeout": duration(IDLE_STREAM), **_retries(policy, UNSEEN)}
    return action if timeout else {**action, "max_stream_duration": {"grpc_timeout_header_max": "0s"}}


def _retries(policy: EdgePolicy, retry_on: tuple[str, ...], codes: Sequence[int] = ()) -> Json:
    if not policy.retries:
        return {}
    previous = "envoy.retry_host_predicates.previous_hosts"
    kind = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    return {
        "retry_policy": {
            "retry_on": ",".join(retry_on),
            "num_retries": policy.retries,
            "retry_host_predicate": [extension(previous, kind)],
            "host_selection_retry_max_attempts": OTHER_HOST_ATTEMPTS,
            "retry_back_off": {"base_interval": duration(BACKOFF), "max_interval": duration(10 * BACKOFF)},
            **({"retriable_status_codes": [*codes]} if codes else {}),
        }
    }

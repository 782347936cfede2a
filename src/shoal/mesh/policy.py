"""Policy: an edge's timeout and retries as Envoy's route actions, told apart by what the request is.

A request is sent again only if it never reached a server, or if it only reads (GET, HEAD).
"""

from __future__ import annotations

from collections.abc import Iterator

from shoal.mesh.envoy import Json, duration, extension
from shoal.model.app import EdgePolicy, Protocol

# The server never saw the request: safe for every method.
UNSEEN = ("connect-failure", "refused-stream", "reset-before-request")
# It may have seen it: safe only for what changes nothing.
SEEN = ("reset", "retriable-status-codes")
# A second host is looked for this many times before the same one is taken again.
OTHER_HOST_ATTEMPTS = 5
BACKOFF = 0.025
IDLE = 300.0
IDLE_STREAM = 3600.0


def branches(policy: EdgePolicy, protocol: Protocol) -> Iterator[tuple[list[Json], Json]]:
    """(header conditions, route action without its cluster) in the order to be tried; the last has no condition."""
    if protocol == "grpc":
        yield [], _grpc(policy)
        return
    yield [{"name": "upgrade", "present_match": True}], _stream(policy)
    yield [{"name": "accept", "string_match": {"contains": "text/event-stream"}}], _stream(policy)
    yield [{"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}], _action(policy, UNSEEN + SEEN)
    yield [], _action(policy, UNSEEN)


def _action(policy: EdgePolicy, retry_on: tuple[str, ...]) -> Json:
    """The timeout is over everything: all tries, until the answer's last byte."""
    idle = max(IDLE, policy.timeout) if policy.timeout else IDLE_STREAM
    return {"timeout": duration(policy.timeout), "idle_timeout": duration(idle), **_retries(policy, retry_on)}


def _stream(policy: EdgePolicy) -> Json:
    """Websockets and server-sent events live as long as they like; an hour without a byte ends them."""
    return {"timeout": "0s", "idle_timeout": duration(IDLE_STREAM), **_retries(policy, UNSEEN)}


def _grpc(policy: EdgePolicy) -> Json:
    """A stream can't be told from a call, so only the caller's own deadline counts, unless the file sets another
    timeout than the default."""
    timeout = 0.0 if policy.timeout == EdgePolicy().timeout else policy.timeout
    action = {"timeout": duration(timeout), "idle_timeout": duration(IDLE_STREAM), **_retries(policy, UNSEEN)}
    return action if timeout else {**action, "max_stream_duration": {"grpc_timeout_header_max": "0s"}}


def _retries(policy: EdgePolicy, retry_on: tuple[str, ...]) -> Json:
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
            **({"retriable_status_codes": [503]} if "retriable-status-codes" in retry_on else {}),
        }
    }

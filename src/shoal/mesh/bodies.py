"""Bodies: how long a request may be. It is counted as it passes, so nothing is kept back to be measured."""

from __future__ import annotations

from shoal.mesh.envoy import Json, extension, typed
from shoal.model.app import Gateway

FILTER = "bodies"
CHAIN = "envoy.extensions.filters.http.filter_chain.v3"


def filters(gateway: Gateway) -> list[Json]:
    """A place for the limits, which stand in the routes: those may change without a new listener."""
    limited = gateway.body_limit or any(route.body_limit for route in gateway.routes)
    return [extension(FILTER, f"{CHAIN}.FilterChainConfig")] if limited else []


def limit(most: int) -> Json:
    """What a route says of it, by filter; nothing for 0."""
    if not most:
        return {}
    body = extension("limit", "envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit", max_request_bytes=most)
    per_route = typed(f"{CHAIN}.FilterChainConfigPerRoute", filter_chain={"filters": [body]})
    return {FILTER: per_route}

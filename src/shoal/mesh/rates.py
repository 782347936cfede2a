"""Rates: how many requests (for TCP: connections) a caller may make in a time. What is too many is answered 429.

The buckets of one route table stand at the table itself, each by its key: so the several routes that one entry of the
file becomes draw on the same one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from shoal.mesh.envoy import Json, duration, extension, typed
from shoal.model.policy import Rate

NAME = "envoy.filters.http.local_ratelimit"
KIND = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
KEY = "rate"
EVERYTHING = 4_294_967_295
# Envoy fills no bucket more often.
OFTEN = 0.05


def rate_filter() -> Json:
    """Does nothing by itself: the route table has the buckets."""
    return extension(NAME, KIND, stat_prefix=KEY)


def draws(key: str) -> Json:
    """The part of a route action by which its requests draw on a bucket."""
    return {"rate_limits": [{"actions": [{"generic_key": {"descriptor_key": KEY, "descriptor_value": key}}]}]}


def of_table(rates: Mapping[str, Rate]) -> Json:
    """A table's buckets by their keys. What draws on none has one without a bottom, since Envoy wants one."""
    if not rates:
        return {}
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    found = [{"entries": [{"key": KEY, "value": key}], "token_bucket": bucket(rate)} for key, rate in rates.items()]
    limits = typed(
        KIND,
        stat_prefix=KEY,
        token_bucket={"max_tokens": EVERYTHING, "tokens_per_fill": EVERYTHING, "fill_interval": "1s"},
        filter_enabled=always,
        filter_enforced=always,
        always_consume_default_token_bucket=False,
        descriptors=found,
    )
    return {"typed_per_filter_config": {NAME: limits}}


def bucket(rate: Rate) -> Json:
    """Filled as evenly as Envoy can, so that a second's share isn't there at its beginning alone."""
    steps = max(1, min(rate.limit, math.floor(rate.period / OFTEN)))
    while rate.limit % steps:
        steps -= 1
    return {
        "max_tokens": max(rate.burst, rate.limit // steps),
        "tokens_per_fill": rate.limit // steps,
        "fill_interval": duration(rate.period / steps),
    }


def network_filter(name: str, rate: Rate) -> Json:
    """The same for connections: one that is too many is closed."""
    kind = "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit"
    return extension("envoy.filters.network.local_ratelimit", kind, stat_prefix=name, token_bucket=bucket(rate))

"""Words of Envoy's configuration that every object here is made of."""

from __future__ import annotations

from typing import Any

from shoal.model.observed import Endpoint

Json = dict[str, Any]

TYPES = "type.googleapis.com/"
LISTENER = "envoy.config.listener.v3.Listener"
CLUSTER = "envoy.config.cluster.v3.Cluster"
ROUTES = "envoy.config.route.v3.RouteConfiguration"


def typed(kind: str, **fields: Any) -> Json:
    """A message that says its own type, as Envoy wants wherever any type may stand."""
    return {"@type": TYPES + kind, **fields}


def extension(name: str, kind: str, **fields: Any) -> Json:
    """A named extension with its typed configuration."""
    return {"name": name, "typed_config": typed(kind, **fields)}


def duration(seconds: float) -> str:
    """Seconds as protobuf's JSON writes them: at most nanoseconds, no exponent."""
    text = f"{seconds:.9f}".rstrip("0").rstrip(".")
    return f"{text or '0'}s"


def socket(endpoint: Endpoint) -> Json:
    return {"socket_address": {"address": endpoint.host, "port_value": endpoint.port}}


def overwrite(key: str, value: str) -> Json:
    """A header that replaces whatever was there."""
    return {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def add_if_absent(key: str, value: str) -> Json:
    """A header that stays as it is where it's there."""
    return {"header": {"key": key, "value": value}, "append_action": "ADD_IF_ABSENT"}


def add_to(key: str, value: str) -> Json:
    """A header beside those of the same name."""
    return {"header": {"key": key, "value": value}, "append_action": "APPEND_IF_EXISTS_OR_ADD"}


def share(percent: float) -> Json:
    """A share of all, exact to a ten-thousandth of a percent."""
    return {"numerator": round(percent * 10_000), "denominator": "MILLION"}

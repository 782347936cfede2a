"""Doors: where the file has the gateway listen, by the names of these addresses."""

from __future__ import annotations

from shoal.mesh.links import GATEWAY
from shoal.mesh.plain import PLAIN
from shoal.model.app import Gateway
from shoal.model.observed import Endpoint


def doors(gateway: Gateway | None) -> dict[str, Endpoint]:
    if gateway is None:
        return {}
    plain = {} if gateway.redirect is None else {PLAIN: Endpoint(gateway.host, gateway.redirect)}
    return {GATEWAY: Endpoint(gateway.host, gateway.port)} | plain

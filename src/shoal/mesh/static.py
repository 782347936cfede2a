"""Static: the gateway's configuration for an Envoy that nobody steers. Who answers is what a name stands for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from shoal.mesh.clusters import cluster
from shoal.mesh.envoy import Json, socket
from shoal.mesh.links import GATEWAY, Link, of_mirror, of_route
from shoal.mesh.listeners import gateway_listener
from shoal.mesh.routes import gateway_routes
from shoal.model.app import Gateway
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint

Where = Callable[[str, str], Endpoint]
"""A service and its port -> the name and the number that it is dialled at."""


def static(desired: Desired, gateway: Gateway, address: Endpoint, where: Where) -> Json:
    """The whole configuration, without TLS: certificates are made and renewed by whoever steers."""
    plain = msgspec.structs.replace(gateway, tls=None, redirect=None)
    routes = {"route_config": _bare(gateway_routes(desired, plain))}
    links = sorted(_links(desired, plain), key=lambda link: link.name)
    return {
        "static_resources": {
            "listeners": [_bare(gateway_listener(plain, address, routes))],
            "clusters": [_by_name(link, where(link.callee, link.port)) for link in links],
        }
    }


def _links(desired: Desired, gateway: Gateway) -> set[Link]:
    mirrors = (of_mirror(desired, GATEWAY, route.policy.mirror) for route in gateway.routes)
    return {of_route(desired, route) for route in gateway.routes if route.to} | {link for link in mirrors if link}


def _by_name(link: Link, at: Endpoint) -> Json:
    """All addresses that the name has, asked for again and again."""
    host = {"endpoint": {"address": socket(at)}}
    return _bare(cluster(link, ())) | {
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_ONLY",
        "dns_failure_refresh_rate": {"base_interval": "1s", "max_interval": "5s"},
        # Who isn't there yet keeps nobody from the others.
        "wait_for_warm_on_init": False,
        "load_assignment": {"cluster_name": link.name, "endpoints": [{"lb_endpoints": [host]}]},
    }


def _bare(message: Json) -> Json:
    """Where only one type may stand, none is said."""
    return {key: value for key, value in message.items() if key != "@type"}

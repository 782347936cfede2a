"""Listeners: the gateway's, and one per edge, so that identity, policy and numbers are an edge's own."""

from __future__ import annotations

from shoal.mesh import bodies, cors, forwarded, tls
from shoal.mesh.envoy import LISTENER, Json, duration, extension, socket, typed
from shoal.mesh.http import http
from shoal.mesh.links import GATEWAY, Link, of_edge, others
from shoal.mesh.plain import PLAIN
from shoal.mesh.policy import decided
from shoal.mesh.rates import network_filter
from shoal.mesh.routes import edge_routes
from shoal.mesh.tracks import Split, split, weighted
from shoal.mesh.ways import filters
from shoal.model.app import Gateway
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint
from shoal.model.workload import Edge

RDS = "rds.json"
PLAIN_RDS = "plain.json"
FOLDER = "xds"


def watched(file: str) -> Json:
    """A subscription to a file that is replaced by renaming. Relative to Envoy's working directory."""
    source = {"path": f"{FOLDER}/{file}", "watched_directory": {"path": FOLDER}}
    return {"path_config_source": source, "resource_api_version": "V3"}


WATCHED = {"rds": {"route_config_name": GATEWAY, "config_source": watched(RDS)}}
"""Routes that are a file of their own: a listener that changes keeps old connections on old routes until they end."""


def gateway_listener(gateway: Gateway, address: Endpoint, routes: Json = WATCHED) -> Json:
    """The edge of the environment: what comes from outside is not believed, but for what trusted proxies say.
    `routes` are where they are followed, or the routes themselves."""
    secured = {"transport_socket": tls.transport(gateway.tls)} if gateway.tls else {}
    everybody = {"filters": [_gateway_http(gateway, forwarded.strangers(), routes)], **secured}
    if not gateway.trusted_proxies:
        return _listener(GATEWAY, address, everybody)
    trusted = {"direct_source_prefix_ranges": [forwarded.network(text) for text in gateway.trusted_proxies]}
    proxies = [_gateway_http(gateway, forwarded.proxies(gateway.trusted_proxies), routes)]
    believed = {"name": "proxies", "filter_chain_match": trusted, "filters": proxies, **secured}
    return _listener(GATEWAY, address, believed, {"name": "everybody", **everybody})


def _gateway_http(gateway: Gateway, who: Json, routes: Json) -> Json:
    marks = [cors.marks(gateway.cors)] if gateway.cors else []
    policies = filters([route.policy for route in gateway.routes])
    mine = [*who["filters"], *marks, *bodies.filters(gateway), *policies]
    return http(GATEWAY, reply_key=GATEWAY, **routes, **{**who, "filters": mine})


def plain_listener(address: Endpoint) -> Json:
    """The port that sends everybody to the other one."""
    rds = {"route_config_name": PLAIN, "config_source": watched(PLAIN_RDS)}
    manager = http("plain", reply_key=GATEWAY, filters=[], use_remote_address=True, rds=rds)
    return _listener(PLAIN, address, {"filters": [manager]})


def edge_listener(desired: Desired, edge: Edge, address: Endpoint, named: Endpoint | None = None) -> Json:
    """`named` is where it is expected by those who know the callee's plain name."""
    chain = _tcp(desired, edge) if edge.protocol == "tcp" else [_http(desired, edge)]
    listener = _listener(edge.id, address, {"filters": chain})
    return listener | ({"additional_addresses": [{"address": socket(named)}]} if named else {})


def _http(desired: Desired, edge: Edge) -> Json:
    wanted = filters([edge.policy, *(rule.policy for rule in edge.rules)])
    return http(edge.id, reply_key="mesh", filters=wanted, route_config=edge_routes(desired, edge))


def _tcp(desired: Desired, edge: Edge) -> list[Json]:
    """No idle timeout: a direct connection has none either, and pools keep theirs for hours."""
    link = of_edge(edge)
    shared = split(desired, link)
    policy = decided(edge.policy, others(desired, link))
    proxy = extension(
        "envoy.filters.network.tcp_proxy",
        "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        stat_prefix=edge.id,
        **(_shares(link, shared) if shared else {"cluster": link.name}),
        idle_timeout=duration(0),
        max_connect_attempts=1 + (policy.retries or 0),
    )
    return [*([network_filter(edge.id, edge.policy.rate)] if edge.policy.rate else []), proxy]


def _shares(link: Link, shared: Split) -> Json:
    """By connection; this filter knows no share of nothing."""
    found = weighted(link, shared)["weighted_clusters"]["clusters"]
    return {"weighted_clusters": {"clusters": [share for share in found if share["weight"]]}}


def _listener(name: str, address: Endpoint, *chains: Json) -> Json:
    return typed(LISTENER, name=name, address=socket(address), filter_chains=list(chains))

"""Clusters: one per link. Limits, keep-alive and ejection live here.

They are STATIC, their endpoints inline. Endpoints in files of their own (EDS) would spare the pools of the hosts that
stay, but Envoy takes one cluster per such file and opens an inotify instance for each, of which a user has 128 for
everything. A changed cluster is replaced by a new one at once while requests in flight end on the old.
"""

from __future__ import annotations

from collections.abc import Iterable

from shoal.mesh.envoy import CLUSTER, Json, duration, socket, typed
from shoal.mesh.links import Link
from shoal.model.observed import Endpoint, Instance
from shoal.model.policy import Ejection, Pool

CONNECT_TIMEOUT = 1.0
# Shorter than any common server's keep-alive (gunicorn 2 s, Node and uvicorn 5 s, Tomcat 20 s): a server that closes
# an idle connection just as a POST goes out on it fails that POST, and a POST may not be sent again.
KEEP_ALIVE = 1.0
# HTTP/2 servers announce the end of a connection (GOAWAY), so there is no such race.
KEEP_ALIVE_HTTP2 = 300.0
# Out of the way: a shared default of 1,024 would refuse bursts that the services can bear.
LIMIT = 8192


def cluster(link: Link, hosts: Iterable[tuple[Instance, Endpoint]]) -> Json:
    """The cluster of one link; without hosts it answers 503."""
    return typed(
        CLUSTER,
        name=link.name,
        type="STATIC",
        connect_timeout=duration(CONNECT_TIMEOUT),
        lb_policy="ROUND_ROBIN",
        common_lb_config={"healthy_panic_threshold": {"value": 0}},
        ignore_health_on_host_removal=True,
        circuit_breakers={"thresholds": [_limits(link.pool)]},
        **({"outlier_detection": _ejection(link.pool.eject)} if link.pool.eject else {}),
        **({} if link.protocol == "tcp" else {"typed_extension_protocol_options": _http(link)}),
        load_assignment={"cluster_name": link.name, "endpoints": [{"lb_endpoints": [_host(*host) for host in hosts]}]},
    )


def _host(instance: Instance, endpoint: Endpoint) -> Json:
    """The instance's id is part of it, so that a snapshot's version changes when an instance is replaced in place."""
    return {"endpoint": {"address": socket(endpoint), "hostname": instance.id}}


def _limits(pool: Pool) -> Json:
    """Further tries have a budget, so that they can't keep down what is down because of too many requests."""
    return {
        "max_connections": pool.connections or LIMIT,
        "max_pending_requests": pool.waiting or LIMIT,
        "max_requests": pool.requests or LIMIT,
        "retry_budget": {"budget_percent": {"value": pool.budget}, "min_retry_concurrency": pool.spare},
    }


def _ejection(eject: Ejection) -> Json:
    """What Envoy itself saw fail (no connection, no answer in time) counts together with answers of 502 to 504. Told
    apart, each connection that a hung server's kernel still accepts would wipe out the row of its missing answers.

    500 doesn't count: it says something about a request. The last host is never one too many."""
    return {
        "interval": "1s",
        "base_ejection_time": duration(eject.pause),
        "max_ejection_time": duration(eject.longest),
        "max_ejection_percent": int(eject.most),
        "consecutive_gateway_failure": eject.failures,
        "enforcing_consecutive_gateway_failure": 100,
        "enforcing_consecutive_5xx": 0,
        "enforcing_success_rate": 0,
    }


def _http(link: Link) -> Json:
    http2 = link.protocol == "grpc"
    return {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            common_http_protocol_options={"idle_timeout": duration(KEEP_ALIVE_HTTP2 if http2 else KEEP_ALIVE)},
            explicit_http_config={"http2_protocol_options" if http2 else "http_protocol_options": {}},
        )
    }

"""HTTP: the connection manager that the gateway's and every edge's listener share."""

from __future__ import annotations

from typing import Any

from shoal.mesh.envoy import Json, duration, extension
from shoal.mesh.policy import IDLE
from shoal.mesh.replies import local_replies

HEADERS_KIB = 60
HEADERS_COUNT = 200
HEADERS_TIMEOUT = 30.0
IDLE_CONNECTION = 3600.0


def http(name: str, *, reply_key: str, filters: list[Json], **fields: Any) -> Json:
    """The network filter. Paths and `Host` pass as they came: nothing is normalised, so a service sees what was asked.
    Bodies are streamed."""
    return extension(
        "envoy.filters.network.http_connection_manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=name,
        codec_type="AUTO",
        upgrade_configs=[{"upgrade_type": "websocket"}],
        normalize_path=False,
        merge_slashes=False,
        path_with_escaped_slashes_action="KEEP_UNCHANGED",
        server_header_transformation="PASS_THROUGH",
        internal_address_config=_nobody(),
        generate_request_id=True,
        max_request_headers_kb=HEADERS_KIB,
        request_headers_timeout=duration(HEADERS_TIMEOUT),
        stream_idle_timeout=duration(IDLE),
        common_http_protocol_options={"idle_timeout": duration(IDLE_CONNECTION), "max_headers_count": HEADERS_COUNT},
        local_reply_config=local_replies(reply_key),
        http_filters=[*filters, _router()],
        **fields,
    )


def _nobody() -> Json:
    """Whom Envoy lets steer it by x-envoy-* headers: an address that no caller has, since "none" means the private
    networks and this machine."""
    return {"unix_sockets": False, "cidr_ranges": [{"address_prefix": "0.0.0.0", "prefix_len": 32}]}


def _router() -> Json:
    """Without Envoy's own headers: a service should not come to depend on them."""
    kind = "envoy.extensions.filters.http.router.v3.Router"
    return extension("envoy.filters.http.router", kind, suppress_envoy_headers=True)

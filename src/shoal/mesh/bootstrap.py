"""Bootstrap: Envoy as a workload. What it routes comes later, as a snapshot."""

from __future__ import annotations

import json
from collections.abc import Mapping

from shoal.mesh.envoy import Json, extension
from shoal.mesh.listeners import watched
from shoal.model.app import Port, Restart, Stop
from shoal.model.observed import Endpoint
from shoal.model.values import Value, concat, own, program
from shoal.model.workload import Workload

NAME = "mesh"
FILE = "envoy.json"
# Both are relative to Envoy's working directory: a socket's path may not be longer than 107 characters, a state
# folder's may.
ADMIN_SOCKET = "admin.sock"
CONNECTIONS = 20_000
# Seconds for which a stream outlives its listener's change. Each old listener costs memory until then.
STREAMS_STAY = 4 * 3600
# Milliseconds until a refused call is in the log.
TOLD_AFTER = 500
KEPT_PREFIXES = ("listener_manager.", "cluster_manager.", "server.", "http.gateway.rds.", "http.plain.rds.",
                 "http.gateway.downstream_", "sds.")  # fmt: skip
KEPT_OF_CLUSTERS = (
    r"^cluster\..*\.(upstream_rq_.*|upstream_cx_(active|http2_total|connect_fail|connect_timeout)|membership_.*)$"
)


def workload(app: str, environment: str = "dev", published: Mapping[str, Endpoint] = {}) -> Workload:
    """Envoy for one environment, run in the mesh's folder of the state (`${self:meshdir}`), where `xds/` must hold a
    snapshot's files before it starts. Its revision is left empty. `published` are the addresses of this machine at
    which its container has to be reached; on processes it simply listens."""
    return Workload(
        name=NAME,
        kind="mesh",
        owner=NAME,
        command=_command(),
        files={FILE: Value((json.dumps(bootstrap(app, environment), indent=1) + "\n",))},
        cwd=own("meshdir"),
        ports=tuple(
            Port(name.replace(":", "-"), "tcp", number=at.port, publish=f"{at.host}:{at.port}")
            for name, at in published.items()
        ),
        restart=Restart(backoff=0.1, longest=5.0),
        stop=Stop(grace=3.0),
    )


def _command() -> tuple[Value, ...]:
    """One worker thread: several would each take a change in their own time, and hold a connection beyond any limit.
    Draining "immediate": a connection to a listener that changed ends with its next answer, not some time later.
    What has no next answer, a websocket or a stream, stays as long as it may."""
    words = ("--concurrency", "1", "--disable-hot-restart", "--reject-unknown-dynamic-fields",
             "--drain-strategy", "immediate", "--drain-time-s", str(STREAMS_STAY),
             "--file-flush-interval-msec", str(TOLD_AFTER), "--log-level", "warning")  # fmt: skip
    return (program("envoy"), Value(("-c",)), concat(own("files"), f"/{FILE}"), *(Value((word,)) for word in words))


def bootstrap(app: str, environment: str) -> Json:
    return {
        "node": {"id": NAME, "cluster": f"{app}/{environment}"},
        "admin": {"address": {"pipe": {"path": ADMIN_SOCKET, "mode": 0o600}}},
        "dynamic_resources": {"lds_config": watched("lds.json"), "cds_config": watched("cds.json")},
        "stats_config": {"stats_matcher": {"inclusion_list": {"patterns": _kept()}}},
        "overload_manager": {"resource_monitors": [_connections()]},
    }


def _kept() -> list[Json]:
    """Only the numbers that somebody reads: all of them cost memory per cluster and time per scrape."""
    prefixes: list[Json] = [{"prefix": prefix} for prefix in KEPT_PREFIXES]
    return [*prefixes, *({"safe_regex": {"regex": regex}} for regex in (KEPT_OF_CLUSTERS,))]


def _connections() -> Json:
    kind = "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
    name = "envoy.resource_monitors.global_downstream_max_connections"
    return extension(name, kind, max_active_downstream_connections=CONNECTIONS)

"""Other proxies with what their manuals say for one upstream with kept connections: as many threads as there are cores,
HTTP/1.1, no access log. Their defaults for the rest."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench import debian
from bench.many import free_ports
from shoal.build import engines
from shoal.model.observed import Endpoint

PATIENCE = 20.0
SPOOLS = "".join(f"{kind}_temp_path spool;\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


class Rival(NamedTuple):
    """`config` writes its file for a port and an upstream; `words` are its arguments after the program, of the file."""

    name: str
    program: str
    config: Callable[[int, Endpoint], str]
    words: Callable[[Path], Sequence[str]]


def _envoy(port: int, upstream: Endpoint) -> str:
    def socket(host: str, port: int) -> dict[str, Any]:
        return {"socket_address": {"address": host, "port_value": port}}

    extensions = "type.googleapis.com/envoy.extensions"
    manager = {
        "@type": f"{extensions}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "static",
        "route_config": {
            "virtual_hosts": [
                {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "it"}}]}
            ]
        },
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{extensions}.filters.http.router.v3.Router"},
            }
        ],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    hosts = [{"endpoint": {"address": socket(*upstream)}}]
    cluster = {
        "name": "it",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "it", "endpoints": [{"lb_endpoints": hosts}]},
    }
    listener = {"name": "in", "address": socket("127.0.0.1", port), "filter_chains": [chain]}
    return json.dumps({"static_resources": {"listeners": [listener], "clusters": [cluster]}})


def _nginx(port: int, upstream: Endpoint) -> str:
    return f"""\
daemon off;
pid nginx.pid;
worker_processes auto;
events {{ }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  {SPOOLS}
  upstream it {{ server {upstream}; keepalive 32; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://it; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


def _haproxy(port: int, upstream: Endpoint) -> str:
    return f"""\
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:{port}
  default_backend it
backend it
  http-reuse always
  server one {upstream}
"""


def _caddy(port: int, upstream: Endpoint) -> str:
    return f"{{\n  admin off\n  auto_https off\n}}\nhttp://127.0.0.1:{port} {{\n  reverse_proxy {upstream}\n}}\n"


def _of_envoy(file: Path) -> list[str]:
    return ["-c", str(file), "--use-dynamic-base-id", "-l", "error"]


RIVALS = (
    Rival("a static Envoy", "envoy", _envoy, _of_envoy),
    Rival("the same with one thread", "envoy", _envoy, lambda file: [*_of_envoy(file), "--concurrency", "1"]),
    Rival("nginx", "nginx", _nginx, lambda file: ["-p", str(file.parent), "-c", str(file), "-e", "error.log"]),
    Rival("HAProxy", "haproxy", _haproxy, lambda file: ["-db", "-f", str(file)]),
    Rival("Caddy", "caddy", _caddy, lambda file: ["run", "--adapter", "caddyfile", "--config", str(file)]),
)


@contextmanager
def running(rival: Rival, folder: Path, upstream: Endpoint) -> Iterator[str]:
    """Its URL, once it answers; ended at the end."""
    (port,) = free_ports(1)
    mine = folder / rival.name
    mine.mkdir()
    file = mine / ("envoy.json" if rival.program == "envoy" else "config")
    file.write_text(rival.config(port, upstream))
    path, env = (str(engines.program("envoy")), None) if rival.program == "envoy" else debian.program(rival.program)
    with (mine / "output").open("wb") as output:
        # In a session of its own, as what shoal starts: the kernel may share out its time by sessions (autogroup).
        words = [path, *rival.words(file)]
        process = subprocess.Popen(words, env=env, cwd=mine, stdout=output, stderr=output, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, process, mine / "output")
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: {process.args!r} doesn't answer: {output.read_text()[-2000:]}") from None
        time.sleep(0.05)

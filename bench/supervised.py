"""The peer of rolling updates: two instances of posts and of users each under supervisord, behind nginx.

They are the same programs with the same environment on other ports, on the blog's own databases and broker, which go on
under shoal. A rolling update restarts one after the other, the next when the one before is ready: what people write
into a deploy script. nginx is Debian's, taken out of its package without installing it, told to keep connections to its
upstreams and to leave none out for a while after a refusal. For the rest it has its defaults: what was refused is asked
of another instance, and no POST twice.
"""

from __future__ import annotations

import http.client
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.app import finish
from bench.blog import Blog
from bench.debian import program
from bench.many import free_ports
from bench.peers import PATIENCE, Supervisord
from bench.rivals import SPOOLS
from shoal.drivers.process.census import MARKER, REALM

ROUTES = {"/api/articles": "posts", "/api/tags": "posts", "/api/": "users", "/.well-known/": "users"}
READY = {"posts": "/health/ready", "users": "/actuator/health/readiness"}
GRACE = 25


class Instance(NamedTuple):
    """One program of supervisord's."""

    name: str
    service: str
    port: int


class Supervised:
    """Made of the instances that run now; they may go on, nobody asks them."""

    def __init__(self, app: Blog) -> None:
        self._folder = app.folder.parent / "supervised"
        self._folder.mkdir(mode=0o700)
        self._nginx, _ = program("nginx")
        rows = [row for row in app.instances() if row["workload"] in READY]
        self._gateway, *ports = free_ports(1 + len(rows))
        self.url = f"http://127.0.0.1:{self._gateway}"
        self.instances = [
            Instance(row["id"].rpartition("-")[0], row["workload"], port) for row, port in zip(rows, ports, strict=True)
        ]
        pairs = list(zip(self.instances, rows, strict=True))
        programs = {
            one.name: {"command": str(self._script(one, row)), "stopwaitsecs": str(GRACE), "killasgroup": "true"}
            for one, row in pairs
        }
        programs["nginx"] = {"command": f"{self._nginx} -p {self._folder} -c {self._configured()} -e error.log"}
        self._supervisord = Supervisord(self._folder / "supervisord", programs)

    def _script(self, one: Instance, row: dict[str, Any]) -> Path:
        """Starts it with the environment that it had, in a file that only we may read: there are passwords."""
        proc = Path(f"/proc/{row['pid']}")
        old = str(next(iter(row["endpoints"].values()))[1])
        pairs = [pair.partition("=") for pair in (proc / "environ").read_text().split("\0") if pair]
        env = {key: str(one.port) if value == old else value for key, _, value in pairs if key not in (MARKER, REALM)}
        if one.service == "posts":
            env["USERS_URL"] = self.url
        words = (proc / "cmdline").read_text().rstrip("\0").split("\0")
        script = self._folder / f"{one.name}.sh"
        exports = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in env.items())
        where = shlex.quote(str((proc / "cwd").readlink()))
        script.write_text(f"#!/bin/sh\n{exports}cd {where}\nexec {shlex.join(words)}\n")
        script.chmod(0o700)
        return script

    def _configured(self) -> Path:
        file = self._folder / "nginx.conf"
        upstreams = "".join(
            f"upstream {service} {{ {' '.join(self._servers(service))} keepalive 32; }}\n" for service in READY
        )
        locations = "".join(f"location {path} {{ proxy_pass http://{name}; }}\n" for path, name in ROUTES.items())
        server = f'listen 127.0.0.1:{self._gateway};\nproxy_http_version 1.1;\nproxy_set_header Connection "";\n'
        http_ = f"access_log off;\n{SPOOLS}{upstreams}server {{\n{server}{locations}}}\n"
        file.write_text(f"daemon off;\npid nginx.pid;\nworker_processes auto;\nevents {{}}\nhttp {{\n{http_}}}\n")
        return file

    def _servers(self, service: str) -> list[str]:
        """Nobody is left out for 10 s after a refusal, as by default: two deployed within that time would both be."""
        return [f"server 127.0.0.1:{one.port} max_fails=0;" for one in self.instances if one.service == service]

    @contextmanager
    def running(self) -> Iterator[None]:
        with self._supervisord.running():
            self._supervisord.start()
            for one in self.instances:
                _await(one)
            yield

    def update(self, service: str, number: int) -> None:
        for one in self.instances:
            if one.service == service:
                finish(self._start("restart", one.name))
                _await(one)

    def _start(self, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(self._supervisord.ctl(*words), stdout=pipe, stderr=pipe, text=True)


def _await(one: Instance) -> None:
    """Returns when its probe says that it is ready."""
    deadline = time.monotonic() + PATIENCE
    while not _is_ready(one):
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {one.name} under supervisord isn't ready after {PATIENCE:g} s")
        time.sleep(0.1)


def _is_ready(one: Instance) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=5)
    try:
        connection.request("GET", READY[one.service])
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

"""Which image has a program, and where in it. The versions are those that come with shoal on the other targets."""

from __future__ import annotations

import sys
from typing import NamedTuple

from shoal.errors import ToolMissing
from shoal.stacks import in_image

BASE = "debian:bookworm-slim"
ENVOY = "envoyproxy/envoy:v1.40.0"
PYTHON = f"python:3.{sys.version_info.minor}-slim"
"""For jobs of shoal's own, written for the version that runs it."""


class Program(NamedTuple):
    """`image` is what has it; empty: the image that the service itself is in."""

    path: str
    image: str = ""


_FIXED = {
    "envoy": Program("/usr/local/bin/envoy", ENVOY),
    "nats-server": Program("/nats-server", "nats:2.15.1"),
    "valkey-server": Program("/usr/local/bin/valkey-server", "valkey/valkey:9.1"),
}
_POSTGRES = ("postgres", "initdb", "psql", "pg_ctl", "pg_dump", "pg_restore", "pg_isready", "pg_upgrade")
_MARIADB = {"mariadbd": "/usr/sbin", "mariadb": "/usr/bin", "mariadb-dump": "/usr/bin", "mariadb-upgrade": "/usr/bin",
            "mariadb-install-db": "/usr/bin"}  # fmt: skip


CAPABLE = {"caddy": ("NET_BIND_SERVICE",)}
"""Programs whose files ask for capabilities: without these the kernel executes none of them."""


def find(name: str) -> Program:
    """Raises `ToolMissing` for one that no image has."""
    plain, _, version = name.partition("@")
    if name in _FIXED:
        return _FIXED[name]
    if name in in_image.PROGRAMS:
        return Program(in_image.PROGRAMS[name], PYTHON if name == "python" else "")
    if plain in _POSTGRES:
        return Program(f"/usr/lib/postgresql/{version}/bin/{plain}", f"postgres:{version}")
    if plain in _MARIADB:
        return Program(f"{_MARIADB[plain]}/{plain}", f"mariadb:{version or '11.4'}")
    if plain == "redis-server":
        return Program("/usr/local/bin/redis-server", f"redis:{version or '8'}")
    if plain == "rabbitmq-server":
        return Program("/opt/rabbitmq/sbin/rabbitmq-server", f"rabbitmq:{version or '4'}")
    raise ToolMissing(f"no image is known to have the program `{name}`", hint="on the target process it can be had")

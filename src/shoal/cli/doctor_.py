"""What this machine has and lacks for shoal: engines, tools, limits. Exit code 4 when something needed is missing."""

from __future__ import annotations

import os
import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from shoal.cli import trust
from shoal.cli.output import as_json, data
from shoal.errors import ShoalError, ToolMissing

Check = tuple[str, str, str]

ENGINES = {"envoy": "envoy", "uv": "uv"}
# What only some apps need: extras of the package.
EXTRAS = {
    "PostgreSQL 16": "postgres@16",
    "PostgreSQL 18": "postgres@18",
    "NATS": "nats-server",
    "Java 25": "java",
    "Node 24": "node",
    "Caddy": "caddy",
    "Redis (Valkey)": "valkey-server",
}
OF_THE_MACHINE = {"MariaDB": "mariadbd", "RabbitMQ": "rabbitmq-server"}

EXAMPLE = "shoal doctor"
JSON = {
    "checks": "each with `what`, `verdict` (ok, note or missing) and `text`",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    engines = [_engine(name, key) for name, key in ENGINES.items()]
    extras = [_extra(name, key) for name, key in (EXTRAS | OF_THE_MACHINE).items()]
    containers = [_containers()] if options.run_on == "docker" else []
    checks = [_system(), _python(), *engines, *extras, *containers, *_machine(), *trust.checks(options)]
    if options.json:
        as_json({"version": 1, "checks": [{"what": w, "verdict": v, "text": t} for w, v, t in checks]})
    else:
        for what, verdict, text in checks:
            data(f"{verdict:<8} {what:<16} {text}".rstrip())
    return ToolMissing.exit_code if any(verdict == "missing" for _, verdict, _ in checks) else 0


def _system() -> Check:
    library, version = platform.libc_ver()
    good = sys.platform == "linux" and platform.machine() == "x86_64" and library == "glibc"
    text = f"{sys.platform} {platform.machine()} {library} {version}"
    return (
        "system",
        "ok" if good else "missing",
        text + ("" if good else ": the engines need Linux x86-64 with glibc 2.31"),
    )


def _python() -> Check:
    good = sys.version_info >= (3, 11)
    return (
        "python",
        "ok" if good else "missing",
        platform.python_version() + ("" if good else ": 3.11 or newer is needed"),
    )


def _engine(name: str, key: str) -> Check:
    from shoal.build.engines import program

    try:
        return (name, "ok", str(program(key)))
    except ShoalError as problem:
        return (name, "missing", str(problem).replace("\n", " "))


def _extra(name: str, key: str) -> Check:
    """An engine that only some apps need."""
    what, verdict, text = _engine(name, key)
    return what, "note" if verdict == "missing" else verdict, text


def _containers() -> Check:
    """The engine of the target docker, where that is asked for."""
    from shoal.drivers.docker.connection import check_answers

    try:
        return ("Docker engine", "ok", check_answers())
    except ShoalError as problem:
        return ("Docker engine", "missing", str(problem).replace("\n", " "))


def _machine() -> list[Check]:
    return [_groups(), *(_noted(*check) for check in CHECKS)]


def _noted(what: str, check: Callable[[], str]) -> Check:
    """A lack that shoal can live with, or how it lives."""
    lack = check()
    return (what, "note" if lack else "ok", lack)


def _namespaces() -> str:
    if os.geteuid() != 0:
        return ""
    limit = _read("/proc/sys/user/max_user_namespaces")
    closed = "user namespaces are closed: PostgreSQL, which refuses root, runs as `nobody` in folders it can enter"
    return closed if limit in ("", "0") else ""


def _groups() -> Check:
    """Which limits are enforced: each that isn't, with why not."""
    from shoal.drivers.process.groups.where import look

    where = look()
    lacks = [f"{name} isn't limited: {why}" for name, why in sorted(where.lacks.items())]
    version = f"control groups of version {where.version}" if where.version else "no control groups"
    limited = f"{version}: {', '.join(sorted(where.folders))} are limited" if where.folders else version
    return ("limits", "note" if lacks else "ok", "; ".join([limited, *lacks]))


def _names() -> str:
    from shoal.drivers.process.names import why_not
    from shoal.drivers.process.ports import may_bind

    if lack := why_not():
        return f"plain names (`names: true`) don't resolve: {lack}"
    return "" if may_bind(80) else "plain names resolve, but port 80 is root's here: http://users needs a fixed port"


def _memory() -> str:
    total = next((line.split()[1] for line in _read("/proc/meminfo").splitlines() if line.startswith("MemTotal")), "0")
    return "" if int(total) > 3_000_000 else f"{int(total) >> 10} MB of memory: a JVM and two databases may be tight"


def _files() -> str:
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return "" if soft >= 1024 else f"only {soft} open files are allowed (ulimit -n)"


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


CHECKS: list[tuple[str, Callable[[], str]]] = [
    ("user", _namespaces),
    ("names", _names),
    ("memory", _memory),
    ("open files", _files),
]

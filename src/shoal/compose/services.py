"""One service of a Compose file → one of shoal's."""

from __future__ import annotations

from shoal.compose import nodes
from shoal.compose.bounds import limits_of, security_of
from shoal.compose.builds import made_of
from shoal.compose.environment import env_files_of, environment_of, words_of
from shoal.compose.grants import files_of
from shoal.compose.health import health_of, restart_of, stop_of
from shoal.compose.making import Making
from shoal.compose.mounts import Another, mounts_of
from shoal.compose.ports import ports_of
from shoal.compose.waits import after_of, aliases_of, check_networks
from shoal.spec.tree import Node, Table


def service_of(
    making: Making, another: Another, linked: dict[str, list[str]], secrets: dict[str, str], *, apart: bool
) -> Table:
    """`another` is a service by its name, `linked` what others call each by, `secrets` shoal's names of those that are
    variables; `apart`: Compose would keep services from each other by networks."""
    check_networks(making, apart)
    entries: dict[str, Node | None] = {
        **made_of(making),
        "entrypoint": words_of(making, "entrypoint"),
        "command": words_of(making, "command"),
        "working_dir": _text(making, "working_dir"),
        "env_file": env_files_of(making),
        "environment": environment_of(making),
        "ports": ports_of(making),
        "aliases": _words(aliases_of(making, linked), making),
        "after": after_of(making),
        "profiles": _words(list(making.service.profiles), making),
        "health": health_of(making),
        "restart": restart_of(making),
        "stop": stop_of(making),
        "replicas": _replicas(making),
        "limits": limits_of(making),
        "volumes": mounts_of(making, another),
        "files": files_of(making, secrets),
        "security": security_of(making),
    }
    return nodes.table(entries, making.place)


def _text(making: Making, key: str) -> Node | None:
    found = next(iter(making.texts(key)), None)
    return making.text(found) if found else None


def _words(words: list[str], making: Making) -> Node | None:
    return nodes.listed([nodes.said(word, making.place) for word in words], making.place) if words else None


def _replicas(making: Making) -> Node | None:
    deployed = making.whole(making.service.deploy.replicas, "deploy", "replicas")
    scale = making.whole(making.service.scale, "scale")
    count = deployed if deployed is not None else scale
    mode = making.service.deploy.mode
    if mode not in ("", "replicated"):
        making.remark(f"{mode} is for a swarm: here there are as many as `replicas` says", "deploy", "mode")
    if making.is_job and count not in (None, 1):
        making.remark("it runs to its end: once", "deploy" if deployed is not None else "scale")
    return None if count is None or count == 1 or making.is_job else nodes.word(str(count), making.place)

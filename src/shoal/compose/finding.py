"""Which files are Compose's, and which belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.errors import FileError

if TYPE_CHECKING:
    from shoal.spec.tree import Table

OWN = ("shoal.yaml", "shoal.yml")
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_NAMED = re.compile(r"(?:docker-)?compose(?:[.-].+)?\.ya?ml")

TOP = frozenset({"version", "include", "networks", "volumes", "configs", "models"})
SERVICE = frozenset(
    {"container_name", "depends_on", "env_file", "expose", "healthcheck", "links", "networks", "deploy"}
)
"""Keys that only Compose has."""


def is_compose(file: Path) -> bool:
    """By its name; else, where that says nothing, by keys that only Compose has."""
    if _NAMED.fullmatch(file.name):
        return True
    if file.name in OWN or file.suffix not in (".yaml", ".yml") or not file.is_file():
        return False
    from shoal.spec.reader import read_file  # late: most files have a name that tells
    from shoal.spec.report import Report

    try:
        return _looks(read_file(file, Report(), frozenset({"!reset", "!override"})))
    except FileError:
        return False  # whoever reads it says what is wrong


def _looks(tree: Table) -> bool:
    from shoal.spec.tree import Table

    services = tree.get("services")
    entries = services.entries.values() if isinstance(services, Table) else ()
    keys = {key for entry in entries if isinstance(entry.value, Table) for key in entry.value.entries}
    return bool(TOP & tree.entries.keys() or SERVICE & keys)


def beside(file: Path) -> tuple[Path, ...]:
    """The override that lies beside a file of a usual name, if any."""
    names = (file.with_name(f"{file.stem}.override{suffix}") for suffix in (".yml", ".yaml"))
    return tuple(name for name in names if name.is_file())[:1] if file.name in NAMES else ()


def usual(folder: Path, variables: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that Compose itself would take in a folder: those of COMPOSE_FILE, else one of a usual name with its
    override; nothing when there is none."""
    if named := variables.get("COMPOSE_FILE"):
        cut = variables.get("COMPOSE_PATH_SEPARATOR") or ":"
        return tuple(folder / name for name in named.split(cut) if name)
    found = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    return (found, *beside(found)) if found else ()

"""Packages of Node that only development needs: as a rule most of what is installed, and nothing that runs asks for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shoal.model.workload import Packing

PACKAGES = "node_modules"
INSTALLED = f"{PACKAGES}/.package-lock.json"
"""npm's list of what it has put there."""

CODE = (".js", ".mjs", ".cjs")


def development(folder: Path, packing: Packing) -> frozenset[str]:
    """Paths of the packages that npm marks so, and of links to them; none, if what is started names any of them: then
    they are needed, whatever their list says."""
    installed = _installed(folder) if packing.runs else {}
    marked = {path for path, package in installed.items() if isinstance(package, dict) and package.get("dev")}
    own = {path.removeprefix(f"{PACKAGES}/") for path in marked if path.count(f"{PACKAGES}/") == 1}
    if not own or _names(folder / packing.runs, own):
        return frozenset()
    return frozenset(marked | set(_links(folder / PACKAGES / ".bin", own)))


def _installed(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / INSTALLED).read_bytes())["packages"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _names(code: Path, packages: set[str]) -> bool:
    """In whichever way code asks for a package: imported, required, resolved, or as the target of a logger."""
    names = b"|".join(re.escape(name.encode()) for name in sorted(packages))
    asks = re.compile(rb"\b(?:from|import|require|resolve|target)\W{0,3}[\"'`](?:" + names + rb")[\"'`/]")
    return any(asks.search(path.read_bytes()) for path in _files(code))


def _files(code: Path) -> Iterator[Path]:
    return (path for path in code.rglob("*") if path.suffix in CODE and path.is_file())


def _links(folder: Path, packages: Iterable[str]) -> Iterator[str]:
    if not folder.is_dir():
        return
    gone = tuple(f"../{name}/" for name in packages)
    for path in folder.iterdir():
        if path.is_symlink() and os.fspath(path.readlink()).startswith(gone):
            yield f"{PACKAGES}/.bin/{path.name}"

"""Whole apps to begin with. In a checkout they are the examples; the wheel has them beside the code."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import shoal
from shoal.build.tree import walk
from shoal.errors import Refused
from shoal.model.names import check_known

ASIDE = ("node_modules", "target", "dist", ".venv", "__pycache__", "*.pyc", "*.egg-info", ".*_cache", ".hypothesis")
SHOWN = 3


def names() -> list[str]:
    return sorted(entry.parent.name for entry in _root().glob("*/shoal.yaml"))


def copy(name: str, folder: Path) -> int:
    """How many files were written. Raises `UsageError` for an unknown name, `Refused` rather than overwrite one."""
    check_known([name], names(), "template")
    files = {entry.name: entry.path for entry in walk(_root() / name, ASIDE)}
    there = [file for file in files if os.path.lexists(folder / file)]
    if there:
        more = f" and {len(there) - SHOWN} more" if len(there) > SHOWN else ""
        hint = "nothing was written; name an empty folder: shoal init --template NAME FOLDER"
        raise Refused(f"{folder} already has {', '.join(there[:SHOWN])}{more}", hint=hint)
    for file, source in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / file)
    return len(files)


def _root() -> Path:
    package = Path(shoal.__file__).parent
    return packed if (packed := package / "templates").is_dir() else package.parents[1] / "examples"

"""Where a copy ends up: the rules of `cp` and of Docker's `cp`, the same for every driver. Pure but for the files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Literal

from shoal.errors import UsageError

Kind = Literal["file", "folder", ""]


def landing(source: str, kind: Kind, destination: str, at: Callable[[str], Kind]) -> str:
    """The path that a file or folder named `source` gets. `at` says what lies at a path ("": nothing).

    Into a folder that is there, under its own name (the content alone, when the source ends with `/.`); else as the
    destination's name, in a folder that must be there. Raises `UsageError`.
    """
    there, named = at(destination), destination.rstrip("/") or "/"
    content = kind == "folder" and source.endswith("/.")
    if there == "folder":
        return named if content else str(PurePosixPath(named) / PurePosixPath(source).name)
    if there == "file" and kind == "folder":
        raise UsageError(f"{destination} is a file: a folder can't be copied onto it")
    parent = str(PurePosixPath(named).parent)
    if not there and (at(parent) != "folder" or (kind == "file" and destination.endswith("/"))):
        missing = parent if at(parent) != "folder" else destination
        raise UsageError(f"there is no folder {missing}", hint="Folders above the copy must be there already.")
    if there == "file" and destination.endswith("/"):
        raise UsageError(f"{destination} is a file, no folder")
    return named


def kind_of(path: str) -> Kind:
    """What lies at a path of this machine."""
    place = Path(path)
    return "folder" if place.is_dir() else "file" if place.exists() or place.is_symlink() else ""


def copy(source: str, destination: str) -> str:
    """On this machine: files with times and modes, links as links, folders into what is there. Returns where it is."""
    kind = kind_of(source)
    if not kind:
        raise UsageError(f"there is no {source}")
    target = landing(source, kind, destination, kind_of)
    if kind_of(target) == "folder" and kind == "file":
        raise UsageError(f"{target} is a folder: a file can't be copied onto it")
    try:
        if kind == "folder":
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target, follow_symlinks=False)
    except shutil.Error as problem:
        raise UsageError("; ".join(f"{name}: {why}" for name, _, why in problem.args[0])) from None
    except OSError as problem:
        raise UsageError(f"{problem.filename or target}: {problem.strerror or problem}") from None
    return target

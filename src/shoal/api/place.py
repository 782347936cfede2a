"""Where the state of an app lies: never in the project, so a copied folder is another app.

`$XDG_STATE_HOME/shoal/<name>-<hash of the folder's real path>/<environment>/<target>`. The hash decides; the name is
for people, and stays what it was when the app was first seen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from shoal.errors import StateDamaged
from shoal.model.names import TARGETS

PROCESS = "process"


def state_root(variables: Mapping[str, str]) -> Path:
    given = variables.get("XDG_STATE_HOME") or ""
    # A relative one is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
    home = Path(given) if given.startswith("/") else Path(variables.get("HOME") or Path.home()) / ".local/state"
    return home / "shoal"


def state_folder(root: Path, folder: Path, name: str, environment: str, target: str = PROCESS) -> Path:
    """The state of one app in one environment on one target; `name` counts only when there is none yet.

    Raises `StateDamaged` when the folder above may not be read.
    """
    digest = sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:10]
    try:
        known = sorted(root.glob(f"*-{digest}")) if root.is_dir() else []
    except OSError as problem:
        hint = "shoal keeps its state below $XDG_STATE_HOME, else ~/.local/state: name a folder that is yours."
        raise StateDamaged(f"{root} can't be read: {problem.strerror}", hint=hint) from None
    return (known[0] if known else root / f"{name or 'app'}-{digest}") / environment / target


def states(root: Path) -> list[Path]:
    """The state folders of all apps, environments and targets in which something was ever wanted."""
    return sorted(path for target in TARGETS for path in root.glob(f"*/*/{target}") if wanted(path))


def wanted(state: Path) -> bool:
    """Whether something was ever wanted there."""
    return (state / "release.json").exists()

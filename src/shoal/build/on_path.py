"""Programs of the machine that builds run: not ours, so all we know is where they are and what they look like."""

from __future__ import annotations

import shutil
from pathlib import Path


def on_path(name: str) -> str:
    """What tells this version of a program from another: its file, size and time. Empty if there is none."""
    found = shutil.which(name)
    if found is None:
        return ""
    path = Path(found).resolve()
    look = path.stat()
    return f"{path} {look.st_size} {look.st_mtime_ns}"

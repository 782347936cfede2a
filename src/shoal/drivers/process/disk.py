"""How much a folder holds, and a file that makes it hold more than it may."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from shoal.errors import DriverFailed

FILLER = "shoal-chaos"
BEYOND = 1 << 20


def used(folder: Path) -> int:
    """Bytes on disk of all below it; links are not followed, what vanishes meanwhile doesn't count."""
    total = 0
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH118 (hot)
            except OSError:
                continue
    return total


def fill(folder: Path, limit: int) -> None:
    """Raises `DriverFailed` when the machine would run full by it, too."""
    needed = limit + BEYOND
    if shutil.disk_usage(folder).free < 2 * needed:
        raise DriverFailed(f"{folder}: this machine has no room for {needed >> 20} MiB more")
    with (folder / FILLER).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, needed)


def empty(folder: Path) -> None:
    (folder / FILLER).unlink(missing_ok=True)

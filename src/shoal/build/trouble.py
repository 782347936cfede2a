"""What the machine can do to a build: no room, no permission, something else where the cache should be."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from shoal.errors import BuildFailed

# Less than this, and programs fail in ways of their own.
ROOM = 1 << 16
FULL = (errno.ENOSPC, errno.EDQUOT)

LAST_LINES = 20
LONGEST_LINE = 400
"""Class paths are longer than anybody reads."""


def is_full(root: Path) -> bool:
    """Whether the disk of the cache has no room left."""
    try:
        return shutil.disk_usage(root).free < ROOM
    except OSError:
        return False


def disk_full(owner: str, root: Path, more: str = "") -> BuildFailed:
    hint = f"make room there, or set XDG_CACHE_HOME to another folder; then say `up` again\n  {more}".rstrip()
    return BuildFailed(f"building {owner}: the disk of {root} is full", hint=hint)


def unusable(owner: str, root: Path, problem: OSError) -> BuildFailed:
    """The system's refusal, in the words of somebody who waits for a build."""
    if problem.errno in FULL:
        return disk_full(owner, root)
    where = problem.filename or root
    hint = f"builds lie in {root}: it has to be a folder that you may write to; XDG_CACHE_HOME names another"
    return BuildFailed(f"building {owner}: {where}: {problem.strerror or problem}", hint=hint)


def last_words(log: Path) -> str:
    """What a failed build printed at last, for a hint."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    except OSError:
        lines = []
    shown = (line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…" for line in lines)
    return "\n  ".join((*shown, f"the whole log: {log}"))

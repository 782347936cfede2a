"""Which files a pattern means: `migrations/**`, `*.sql`, `**/migrations/*.py`, or a folder with all below it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


def chosen(name: str, pattern: str) -> bool:
    """`name` is relative and `/`-separated. `**` is any number of folders, `*` never goes beyond one."""
    return _fits(name.split("/"), [part for part in pattern.split("/") if part not in ("", ".")])


def may_hold(folder: str, pattern: str) -> bool:
    """Whether something below `folder` may fit."""
    names, parts = folder.split("/"), [part for part in pattern.split("/") if part not in ("", ".")]
    for name, part in zip(names, parts, strict=False):
        if part == "**" or not fnmatchcase(name, part):
            return part == "**"
    return True


def _fits(names: Sequence[str], parts: Sequence[str]) -> bool:
    if not parts:
        return True  # what lies below a folder that fits
    if parts[0] == "**":
        return any(_fits(names[skipped:], parts[1:]) for skipped in range(len(names)))
    return bool(names) and fnmatchcase(names[0], parts[0]) and _fits(names[1:], parts[1:])

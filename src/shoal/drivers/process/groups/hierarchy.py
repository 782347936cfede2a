"""Which control groups the kernel shows: mounted hierarchies, and where in them we are ourselves."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

CONTROLLERS = frozenset({"cpu", "memory", "pids"})
UNIFIED = ""
"""The name by which version 2, which has one hierarchy for all controllers, stands beside those of version 1."""


class Hierarchy(NamedTuple):
    """Where one is mounted, and which part of it can be seen there."""

    folder: Path
    root: str


def mounted(mountinfo: str) -> dict[str, Hierarchy]:
    """Controller -> its hierarchy of version 1; `UNIFIED` -> that of version 2. Of several mounts the first counts.

    https://docs.kernel.org/filesystems/proc.html#proc-pid-mountinfo-information-about-mounts
    """
    found: dict[str, Hierarchy] = {}
    for line in mountinfo.splitlines():
        place, _, source = line.partition(" - ")
        fields, (kind, _, options) = place.split(), source.split(None, 2)
        hierarchy = Hierarchy(Path(_plain(fields[4])), _plain(fields[3]))
        names = [UNIFIED] if kind == "cgroup2" else [*CONTROLLERS & {*options.split(",")}] if kind == "cgroup" else []
        for name in names:
            found.setdefault(name, hierarchy)
    return found


def entered(cgroup: str) -> dict[str, str]:
    """Controller (or `UNIFIED`) -> our own group, by the lines of /proc/self/cgroup."""
    found: dict[str, str] = {}
    for line in cgroup.splitlines():
        _, names, path = line.split(":", 2)
        found |= dict.fromkeys(names.split(","), path)
    return found


def folder(hierarchy: Hierarchy, group: str) -> Path:
    """Where a group lies on disk; what is mounted, if the group can't be seen from here."""
    inside = Path(group)
    if not inside.is_relative_to(hierarchy.root):
        return hierarchy.folder
    return hierarchy.folder / inside.relative_to(hierarchy.root)


def _plain(field: str) -> str:
    """Spaces and the like are written as octal numbers."""
    return field.encode().decode("unicode_escape") if "\\" in field else field

"""Where groups may be made, for each controller; and why not."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from shoal.drivers.process.groups.hierarchy import CONTROLLERS, UNIFIED, entered, folder, mounted


class Where(NamedTuple):
    """`folders` maps a controller to the folder below which groups may be made; `lacks` says why one has none.
    `together` is where all processes of an instance are kept together, with or without a limit."""

    folders: dict[str, Path]
    lacks: dict[str, str]
    together: Path | None
    version: int

    def __str__(self) -> str:
        return f"version {self.version}: {', '.join(sorted(self.folders)) or 'none'}" if self.version else "none"


def look(proc: Path = Path("/proc/self")) -> Where:
    """What this system lets us do. On version 2 it switches controllers on, where we may."""
    try:
        hierarchies = mounted((proc / "mountinfo").read_text())
        groups = entered((proc / "cgroup").read_text())
    except OSError:
        hierarchies, groups = {}, {}
    folders, lacks, unified = {}, {}, None
    for name in sorted(CONTROLLERS & {*hierarchies}):
        at = folder(hierarchies[name], groups.get(name, "/"))
        if _ours(at):
            folders[name] = at
        else:
            lacks[name] = f"only root may make groups of cgroup version 1 here ({at})"
    if UNIFIED in hierarchies:
        missing = CONTROLLERS - {*folders, *lacks}
        unified, had = _delegated(hierarchies[UNIFIED].folder, folder(hierarchies[UNIFIED], groups[UNIFIED]), missing)
        folders |= {name: unified for name in had if unified}
        lacks |= dict.fromkeys(missing - had, _why(hierarchies[UNIFIED].folder))
    lacks |= dict.fromkeys(CONTROLLERS - {*folders, *lacks}, "this system has no control groups")
    version = 1 if CONTROLLERS & {*hierarchies} else 2 if hierarchies else 0
    return Where(folders, lacks, _together(unified, folders), version)


def _together(unified: Path | None, folders: dict[str, Path]) -> Path | None:
    """Version 2 can kill a whole group at once, version 1 can keep it from growing while it is killed."""
    return unified or folders.get("pids")


def _delegated(top: Path, own: Path, wanted: frozenset[str]) -> tuple[Path | None, frozenset[str]]:
    """The nearest group, from our own upwards, whose children may have the most of these controllers.

    One that holds processes may give its children none, our own for instance, but for the root of all.
    https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint
    """
    best: Path | None = None
    most: frozenset[str] = frozenset()
    for candidate in (own, *own.parents):
        if candidate.is_relative_to(top) and _ours(candidate):
            had = switched_on(candidate, wanted)
            if best is None or len(had) > len(most):
                best, most = candidate, had
            if had == wanted:
                break
    return best, most


def switched_on(group: Path, wanted: frozenset[str]) -> frozenset[str]:
    """Which of these controllers the children of a group have, once all has been switched on that can be."""
    control = group / "cgroup.subtree_control"
    for name in sorted(wanted & _words(group / "cgroup.controllers") - _words(control)):
        with contextlib.suppress(OSError):
            control.write_text(f"+{name}")
    return wanted & _words(control)


def _words(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text().split())
    except OSError:
        return frozenset()


def _ours(group: Path) -> bool:
    """Whether we may make groups there, and move processes into them."""
    return os.access(group, os.W_OK) and os.access(group / "cgroup.procs", os.W_OK)


def _why(top: Path) -> str:
    if not _words(top / "cgroup.controllers") & CONTROLLERS:
        return "the kernel gives cgroup version 2 none of this controller"
    if os.geteuid() == 0:
        return "the group that shoal was started in gives none of it away"
    return "no group is delegated to you here: start with `systemd-run --user --scope -p Delegate=yes shoal up`"

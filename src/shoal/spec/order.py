"""`after` → After: what is waited for, and nothing else."""

from __future__ import annotations

from typing import Literal

from shoal.errors import Cycle, WrongType
from shoal.model.app import After
from shoal.spec.facts import WORDS, Facts
from shoal.spec.tree import Path

Until = Literal["started", "ready", "done"]


def after_of(caller: str, written: list[str] | dict[str, Until], path: Path, facts: Facts) -> tuple[After, ...]:
    """The entries that could be understood; the others are reported."""
    found = {}
    for name, until, here in _each(written, path):
        kind = facts.kinds.get(name)
        if facts.report.broken(here):
            continue
        if name == caller:
            facts.problem_at_key(Cycle, here, f"{caller} waits for itself")
        elif kind is None:
            facts.unknown(here, "nothing here is called", name, (other for other in facts.kinds if other != caller))
        elif until is not None and (until == "done") != (kind == "job"):
            meant = "`done`" if kind == "job" else "`started` or `ready`"
            facts.problem(WrongType, here, f"{name} is {WORDS[kind]}: it is waited for until {meant}")
        else:
            found[name] = After(name, until or ("done" if kind == "job" else "ready"))
    return tuple(found.values())


def _each(written: list[str] | dict[str, Until], path: Path) -> list[tuple[str, Until | None, Path]]:
    if isinstance(written, dict):
        return [(name, until, (*path, name)) for name, until in written.items()]
    return [(name, None, (*path, index)) for index, name in enumerate(written)]

"""`limits` → Limits."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.limits import Limits, amount
from shoal.spec.facts import Facts
from shoal.spec.models import LimitsEntry
from shoal.spec.tree import Path

LEAST_CPU = 0.01
LEAST_MEMORY = 4 << 20
"""Below this no program comes to its first line."""


def limits_of(entry: LimitsEntry | UnsetType, path: Path, facts: Facts) -> Limits:
    """What is written, if it can be kept to."""
    if entry is UNSET:
        return Limits()
    if entry.cpu is not UNSET and not LEAST_CPU <= entry.cpu <= 1024:
        facts.problem(WrongType, (*path, "cpu"), f"must be between {LEAST_CPU} and 1024 cores, got {entry.cpu:g}")
    if entry.memory is not UNSET and entry.memory < LEAST_MEMORY:
        what = f"must be at least {amount(LEAST_MEMORY)}, got {amount(entry.memory)}"
        hint = "a number alone is bytes: write 256Mi" if entry.memory < 1 << 20 else ""
        facts.problem(WrongType, (*path, "memory"), what, hint)
    if entry.disk is not UNSET and entry.disk <= 0:
        facts.problem(WrongType, (*path, "disk"), "must be more than 0")
    return Limits(
        0.0 if entry.cpu is UNSET else float(entry.cpu),
        *(0 if value is UNSET else int(value) for value in (entry.memory, entry.pids, entry.disk)),
    )


def check_backing(entry: LimitsEntry | UnsetType, path: Path, facts: Facts) -> None:
    """A database that is ended because it is full loses what it was asked to keep."""
    if entry is not UNSET and entry.disk is not UNSET:
        what = "the disk of a backing service can't be limited: ended when it is full, it would never come back"
        facts.problem_at_key(WrongType, (*path, "disk"), what, "leave `disk` out")

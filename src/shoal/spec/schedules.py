"""`schedule` of a job → Schedule."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.app import Schedule
from shoal.spec.facts import Facts
from shoal.spec.models import ScheduleEntry
from shoal.spec.tree import Path, find
from shoal.spec.words import quote

HINT = 'such as "0 2 * * *", "*/10 9-17 * * mon-fri", "@hourly" or "every 5m"'


def schedule_of(entry: str | ScheduleEntry | UnsetType, path: Path, facts: Facts) -> Schedule | None:
    """The schedule, if there is one and it can be understood."""
    if entry is UNSET or facts.report.broken(path):
        return None
    written = ScheduleEntry(at=entry) if isinstance(entry, str) else entry
    here = path if isinstance(entry, str) else (*path, "at")
    _check_time(written.at, here, facts)
    if written.zone:
        _check_zone(written.zone, (*path, "zone"), facts)
    if find(facts.tree, (*path[:-1], "when")) is not None:
        what = "a scheduled job runs by its schedule"
        facts.problem_at_key(WrongType, (*path[:-1], "when"), what, "leave `when` out; `shoal run` runs it at any time")
    return Schedule(written.at, written.overlap, written.zone)


def _check_time(text: str, path: Path, facts: Facts) -> None:
    from shoal.model.cron import parse  # late: few files have one

    try:
        parse(text)
    except ValueError as problem:
        facts.problem(WrongType, path, f"{quote(text)} is no schedule: {problem}", HINT)


def _check_zone(name: str, path: Path, facts: Facts) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        hint = "a name such as Europe/Berlin; without one it is the machine's zone"
        facts.problem(WrongType, path, f"{quote(name)} is no time zone that this machine knows", hint)

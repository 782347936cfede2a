"""When something scheduled is due: cron's five fields and plain intervals. Pure.

The calendar is that of a zone. A time of day that a change of clocks leaves out comes as much later as the clock is put
forward; one that comes twice counts once, unless the hour is `*`: then every hour that passes counts.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Leap days come every eight years at the worst.
LONGEST = timedelta(days=366 * 9)
HOUR = timedelta(hours=1)
# No change of clocks is longer: within it, later times of day may come earlier.
SHIFT = 3

_EVERY = re.compile(r"every ((?:[0-9]{1,6}[smhd])+)")
_PART = re.compile(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]{1,3}))?")


class Field(NamedTuple):
    """One of the five: what it may be, and its names."""

    what: str
    first: int
    last: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 7, DAYS),
)


class Cron(NamedTuple):
    """The numbers of each field. `any_hour`: the hour is a star; `either_day`: both days are given, and either
    is enough."""

    minutes: tuple[int, ...]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_hour: bool
    either_day: bool

    def on(self, day: datetime) -> bool:
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_month or by_week if self.either_day else by_month and by_week)


class Every(NamedTuple):
    seconds: float


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Cron | Every:
    """Raises `ValueError` with what is wrong, in words."""
    plain = " ".join(text.lower().split())
    if plain.startswith("every"):
        return _every(plain)
    if plain.startswith("@") and plain not in WORDS:
        raise ValueError(f"there is no {plain}; there are {', '.join(WORDS)}")
    fields = WORDS.get(plain, plain).split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"expected five fields (minute, hour, day, month, day of the week), got {len(fields)}")
    cron = _cron(fields)
    if next_time(cron, 0.0, None) is None:
        raise ValueError("that never comes")
    return cron


def _every(plain: str) -> Every:
    found = _EVERY.fullmatch(plain)
    seconds = sum(int(n) * SECONDS[unit] for n, unit in re.findall(r"(\d+)([smhd])", found[1])) if found else 0
    if seconds < 1:
        raise ValueError("expected `every` and a duration such as 5m or 1h30m, of a second at least")
    return Every(seconds)


def _cron(fields: list[str]) -> Cron:
    minutes, hours, days, months, weekdays = map(_numbers, fields, FIELDS)
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    by_week = frozenset(day % 7 for day in weekdays)
    return Cron(tuple(sorted(minutes)), hours, days, months, by_week, fields[1].startswith("*"), either)


def _numbers(text: str, field: Field) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if not match or (match[1] == "*" and match[2]):
            raise ValueError(f"{part or 'nothing'} is no {field.what}")
        first = field.first if match[1] == "*" else _number(match[1], field)
        # `5/15` goes on from 5, as `*/15` does from the first.
        open_end = match[1] == "*" or (match[3] and not match[2])
        last = field.last if open_end else _number(match[2] or match[1], field)
        step = int(match[3] or 1)
        if step == 0 or first > last:
            raise ValueError(f"{part} is no range of a {field.what}")
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(word: str, field: Field) -> int:
    if word[:3] in field.names and word.isalpha():
        return field.names.index(word[:3]) + (1 if field.first else 0)
    if not word.isdigit() or not field.first <= int(word) <= field.last:
        raise ValueError(f"{word} is no {field.what} ({field.first} to {field.last})")
    return int(word)


@functools.lru_cache(maxsize=1024)
def next_run(text: str, after: float, *, since: float = 0.0, zone: str = "") -> float:
    """When it is due next, strictly after a time. An interval counts from `since`. Times are seconds since the
    epoch."""
    schedule = parse(text)
    if isinstance(schedule, Every):
        passed = max(0, int((after - since) // schedule.seconds) + 1)
        return since + max(1, passed) * schedule.seconds
    found = next_time(schedule, after, ZoneInfo(zone) if zone else None)
    assert found is not None
    return found


def next_time(cron: Cron, after: float, zone: tzinfo | None) -> float | None:
    """The first time after another; None: never. Without a zone, by the machine's clock."""
    begin = datetime.fromtimestamp(after, zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    best: float | None = None
    left = SHIFT
    for hour in _hours(cron, begin - SHIFT * HOUR):
        shown = (hour.replace(minute=minute) for minute in cron.minutes)
        later = [at for wall in shown for at in _instants(cron, wall, zone) if at > after]
        best = min([*later, *([best] if best is not None else [])], default=None)
        left -= best is not None
        if best is not None and (left < 0 or hour > begin + 2 * SHIFT * HOUR):
            return best
    return best


def _hours(cron: Cron, begin: datetime) -> Iterator[datetime]:
    """The hours of the calendar that it names."""
    hour = begin
    while hour < begin + LONGEST:
        if not cron.on(hour):
            hour = hour.replace(hour=0) + timedelta(days=1)
            continue
        if hour.hour in cron.hours:
            yield hour
        hour += HOUR


def _instants(cron: Cron, wall: datetime, zone: tzinfo | None) -> list[float]:
    """When a clock on the wall shows this."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    if first == second:
        return [first]
    if datetime.fromtimestamp(first, zone).replace(tzinfo=None, fold=0) == wall:
        return [first, second] if cron.any_hour else [first]
    return [] if cron.any_hour else [first]

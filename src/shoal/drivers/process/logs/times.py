"""When a line was written, though processes write without us: an index beside each log says when it had grown how far.

Each line of `<log>.idx` reads `offset since until`: all before `offset` that no earlier line covers was written
between `since` and `until` (seconds since the epoch). While somebody looks, the two are close together; where nobody
did, they are the bounds, and the time is only roughly known.
"""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import NamedTuple

from shoal.drivers.process import atomic
from shoal.drivers.process.logs.reader import first_offset

CLOSE = 3.0
"""Seconds between the bounds up to which a time counts as known."""
EVERY = 1.0
"""Seconds between two entries, at least."""
MOST = 4000
"""Entries of an index; more are thinned out, the older the more."""


class Entry(NamedTuple):
    offset: int
    since: float
    until: float


class Stamp(NamedTuple):
    """`rough`: written at some time between `since` and `time`."""

    time: float
    since: float

    @property
    def rough(self) -> bool:
        return self.time - self.since > CLOSE


def index_of(log: Path) -> Path:
    return log.with_name(log.name + ".idx")


def parse(text: str) -> list[Entry]:
    """The entries that can be read; a half-written last line is left out."""
    entries = []
    for line in text.splitlines():
        try:
            offset, since, until = line.split()
            entries.append(Entry(int(offset), float(since), float(until)))
        except ValueError:
            continue
    return entries


def begun(log: Path) -> float:
    """When a log was begun: its index's first entry; 0 without one."""
    try:
        with index_of(log).open() as file:
            first = parse(file.readline())
    except OSError:
        return 0.0
    return first[0].until if first else 0.0


def format_entry(entry: Entry) -> str:
    return f"{entry.offset} {entry.since:.2f} {entry.until:.2f}\n"


def thinned(entries: list[Entry], head: int) -> list[Entry]:
    """Fewer entries: none for what lay before `head` (given up for space), and of the older half two become one, which
    has the bounds of both. The first stays: it says when the log was begun."""
    first, rest = entries[:1], [entry for entry in entries[1:] if entry.offset > head]
    half = len(rest) // 4 * 2
    older = [Entry(b.offset, a.since, b.until) for a, b in zip(rest[0:half:2], rest[1:half:2], strict=True)]
    return [*first, *older, *rest[half:]]


class Times:
    """Answers when the byte at an offset was written."""

    def __init__(self, entries: list[Entry], now: float) -> None:
        self._entries = entries
        self._offsets = [entry.offset for entry in entries]
        self._now = now

    @classmethod
    def of(cls, log: Path) -> Times:
        """`now`, the bound of what no entry covers yet, is the log's last change."""
        try:
            text, now = index_of(log).read_text(), log.stat().st_mtime
        except OSError:
            text, now = "", 0.0
        return cls(parse(text), now)

    def at(self, offset: int) -> Stamp:
        place = bisect.bisect_right(self._offsets, offset)
        if place < len(self._entries):
            entry = self._entries[place]
            return Stamp(entry.until, entry.since)
        last = self._entries[-1].until if self._entries else self._now
        return Stamp(max(self._now, last), last)


class Recorder:
    """Keeps the index of one log. To be called again and again, at least every second or two."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._index = index_of(log)
        entries = parse(self._index.read_text()) if self._index.exists() else []
        self._count = len(entries)
        self._last = entries[-1] if entries else None
        self._seen = self._last.until if self._last else 0.0

    def begin(self, now: float) -> None:
        """A new, empty log: whatever it will hold was written after `now`."""
        self._append(Entry(0, now, now))

    def look(self, now: float) -> bool:
        """Notes growth since the last look; whether there was any (noted or not yet)."""
        try:
            size = self._log.stat().st_size
        except FileNotFoundError:
            return False
        known = self._last.offset if self._last else 0
        if size <= known:
            self._seen = now
            return False
        if self._last is None or now - self._last.until >= EVERY:
            self._append(Entry(size, self._seen or now, now))
        return True

    def _append(self, entry: Entry) -> None:
        with self._index.open("a") as file:
            file.write(format_entry(entry))
        self._last = entry
        self._seen = entry.until
        self._count += 1
        if self._count > MOST:
            self._thin()

    def _thin(self) -> None:
        entries = thinned(parse(self._index.read_text()), first_offset(self._log))
        atomic.write(self._index, "".join(map(format_entry, entries)))
        self._count = len(entries)

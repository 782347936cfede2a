"""Lines of many logs as one stream, each with its instance's name before it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shoal.api.client import Client
from shoal.cli.output import as_line, clock, coloured, data
from shoal.drivers.process.logs.reader import first_offset, lines, tail_offset
from shoal.drivers.process.logs.times import Times
from shoal.errors import NotRunning

LIST_EVERY = 1.0


class Follower:
    """`turn` prints what has been added since the last turn. `since` (seconds since the epoch) passes older lines
    over; `tail` prints only the last lines of each log at first (None: all); `json` prints objects."""

    def __init__(
        self,
        client: Client,
        services: list[str],
        *,
        since: float = 0.0,
        tail: int | None = None,
        stamps: bool = False,
        everything: bool = False,
        json: bool = False,
    ) -> None:
        self._client, self._services, self._since, self._tail, self._stamps = client, services, since, tail, stamps
        self._everything, self._json = everything, json
        self._offsets: dict[str, int] = {}
        self._files: list[dict[str, Any]] = []
        self._listed = 0.0
        self._first = True

    def turn(self, *, last: bool = False, before: Callable[[], None] | None = None) -> None:
        """`before` is called if there is something to print."""
        self._list()
        found = [piece for file in self._files for piece in self._new_lines(file, last)]
        if self._first:
            # Only what is there at the beginning has to be put in order; later lines come as they are written.
            found.sort(key=lambda piece: piece[0])
        self._first = False
        if found and before:
            before()
        for when, name, text in found:
            data(self._line(when, name, text))

    def _list(self) -> None:
        if time.monotonic() - self._listed > LIST_EVERY or self._first:
            try:
                self._files = self._client.ask("logs", services=self._services, all=self._everything)["files"]
            except NotRunning:
                if not self._files:
                    raise
            self._listed = time.monotonic()

    def _new_lines(self, file: dict[str, Any], last: bool) -> list[tuple[float, str, str]]:
        path = Path(file["path"])
        if not path.exists():
            return []
        offset = self._offsets.get(file["path"], -1)
        if offset < 0:
            offset = self._begin(path)
        elif path.stat().st_size <= offset:
            return []
        timed = self._stamps or self._json or self._since or self._first
        times = Times.of(path) if timed else None
        out = []
        for line in lines(path, offset, partial=last):
            offset = line.end
            when = times.at(line.offset).time if times else 0.0
            if when >= self._since or not times:
                out.append((when, file["instance"], self._stamp(times, line.offset) + line.text))
        self._offsets[file["path"]] = offset
        return out

    def _begin(self, path: Path) -> int:
        if self._tail is None or not self._first:
            return first_offset(path)
        return tail_offset(path, self._tail)

    def _stamp(self, times: Times | None, offset: int) -> str:
        if not self._stamps or times is None:
            return ""
        stamp = times.at(offset)
        return f"{'~' if stamp.rough else ''}{clock(stamp.time)} "

    def _line(self, when: float, name: str, text: str) -> str:
        if self._json:
            return as_line({"time": when, "instance": name, "text": text})
        return f"{coloured(f'{name:<22} |', hash_of(name), sys.stdout)} {text}"


def hash_of(name: str) -> int:
    """The same colour for all instances of a workload, in every run."""
    return sum(name.rsplit("-", 2)[0].encode())


def last_lines(files: list[dict[str, Any]], count: int) -> list[str]:
    """The last lines of the newest log that has any (files are oldest first)."""
    for file in reversed(files):
        path = Path(file["path"])
        if path.exists() and path.stat().st_size:
            found = [line.text for line in lines(path, tail_offset(path, count))]
            if found:
                return found
    return []

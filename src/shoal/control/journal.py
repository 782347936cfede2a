"""The journal of events: appended to a file, and handed to whoever listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from shoal.model.event import Event

KEEP = 2000
LIMIT = 4 << 20


class Journal:
    """The newest events are kept in memory; the file holds more and is cut in half when it grows over 4 MiB. Where it
    can't be written (the disk is full) it is `behind`, and made anew from memory as soon as it can be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.events: deque[Event] = deque(_read(path), maxlen=KEEP)
        self._listeners: set[asyncio.Queue[Event]] = set()
        self._file: BinaryIO | None = None
        self._behind = not self._opened()
        if not self._behind and _cut(path):
            self._write(b"\n")

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            self.events.append(event)
            self._write(msgspec.json.encode(event) + b"\n")
            for queue in self._listeners:
                queue.put_nowait(event)
        if self._behind or (self._file and self._file.tell() > LIMIT):
            self._shorten()

    def listen(self) -> tuple[asyncio.Queue[Event], Callable[[], None]]:
        """A queue of events from now on, and the function that ends it."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._listeners.add(queue)
        return queue, lambda: self._listeners.discard(queue)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _opened(self) -> bool:
        try:
            file = self._path.open("ab", buffering=0)
        except OSError:
            return False
        self.close()
        self._file = file
        return True

    def _write(self, line: bytes) -> None:
        """Whole, or we are behind: a line that was cut must have nothing after it."""
        if self._file and not self._behind:
            try:
                self._behind = self._file.write(line) != len(line)
            except OSError:
                self._behind = True

    def _shorten(self) -> None:
        """Without the older half; where there is no room for that, all stays as it is."""
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_bytes(b"".join(msgspec.json.encode(e) + b"\n" for e in list(self.events)[-KEEP // 2 :]))
            fresh.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            return
        self._behind = not self._opened()


def _cut(path: Path) -> bool:
    """Whether a crash cut the last line: the next one must not be joined to it."""
    try:
        file = path.open("rb")
    except OSError:
        return False
    with file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        return file.read(1) not in (b"", b"\n")


def _read(path: Path) -> list[Event]:
    """A line that a crash cut in half is passed over; so is a file that can't be read."""
    out = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            out.append(msgspec.json.decode(line, type=Event))
        except msgspec.DecodeError:
            continue
    return out[-KEEP:]

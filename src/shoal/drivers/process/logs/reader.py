"""Reading a log: from the start, from an offset, or the last N lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BLOCK = 1 << 16
PIECE = 1 << 20
LONGEST_LINE = 1 << 18
"""Bytes after which a line is cut: a program may write without ever ending one."""


class Line(NamedTuple):
    """`offset` is where it starts, `end` where the next one does; `text` is without its end."""

    offset: int
    end: int
    text: str


def first_offset(path: Path) -> int:
    """Where the log's text starts now: its head may have been given up for space."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        start = os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError:
        return 0
    finally:
        os.close(descriptor)
    return start


def piece(path: Path, offset: int) -> tuple[bytes, int]:
    """Some of what is there from an offset on (or from where the text starts now), and where it ends."""
    start = max(offset, first_offset(path))
    with path.open("rb") as file:
        file.seek(start)
        found = file.read(PIECE)
    return found, start + len(found)


def lines(path: Path, offset: int = 0, *, partial: bool = True) -> Iterator[Line]:
    """Lines from `offset` (the start of one) on; `partial`: the last one too when it has no end yet."""
    with path.open("rb") as file:
        start = first_offset(path)
        if start > offset:
            file.seek(start)
            offset = start + len(file.readline(LONGEST_LINE))  # the rest of a line that has lost its head
        file.seek(offset)
        while raw := file.readline(LONGEST_LINE):
            if not raw.endswith(b"\n") and len(raw) < LONGEST_LINE and not partial:
                return
            line = Line(offset, offset + len(raw), raw.decode(errors="replace").rstrip("\r\n"))
            offset = line.end
            yield line


def tail_offset(path: Path, count: int) -> int:
    """Where the last `count` lines start. Reads from the end, no more than it needs."""
    start, end = first_offset(path), path.stat().st_size
    found = 0
    with path.open("rb") as file:
        position = end
        while position > start:
            size = min(BLOCK, position - start)
            position -= size
            file.seek(position)
            block = file.read(size)
            # The end of the last line starts no line of its own.
            place = len(block) - 1 if position + size == end else len(block)
            while (place := block.rfind(b"\n", 0, place)) >= 0:
                found += 1
                if found == count:
                    return position + place + 1
    return start if count > 0 else end


def tail_text(path: Path, longest: int = 4096) -> str:
    """The end of what is there; nothing where there is no file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - longest))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def tail(path: Path, count: int) -> list[Line]:
    return list(lines(path, tail_offset(path, count)))

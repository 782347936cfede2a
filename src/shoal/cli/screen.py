"""Lines at the bottom of a terminal that are drawn over again and again."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import IO

HIDE, SHOW = "\033[?25l", "\033[?25h"
UP, CLEAR_BELOW, CLEAR_LINE = "\033[{}A", "\033[J", "\033[K"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CODES = re.compile(r"\033\[[0-9;]*m")


class Screen:
    """A context: the cursor comes back at its end, and what was shown last stays. Everything is drawn in one write, and
    nothing when nothing changed, so that it doesn't flicker."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._shown: list[str] = []
        self._size = (0, 0)

    def __enter__(self) -> Screen:
        # A signal that would end us at once must not leave the terminal without its cursor.
        ending = [number for number in ENDING if signal.getsignal(number) == signal.SIG_DFL]
        self._old = {number: signal.signal(number, self._end) for number in ending}
        self._write(HIDE)
        return self

    def _end(self, number: int, frame: FrameType | None) -> None:
        os.write(self._stream.fileno(), SHOW.encode())
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write(SHOW)
        for number, handler in self._old.items():
            signal.signal(number, handler)

    def size(self) -> tuple[int, int]:
        """Columns and lines, as they are now."""
        try:
            found = os.get_terminal_size(self._stream.fileno())
        except OSError:
            return 80, 24
        # Some terminals don't know: 0.
        return found.columns or 80, max(found.lines, 2) if found.lines else 24

    def show(self, lines: Sequence[str]) -> None:
        """In the place of what was shown before. What doesn't fit is left out, with a word on how much that is."""
        width, height = size = self.size()
        fitting = [cut(line, width) for line in fit(lines, height - 1)]
        if fitting == self._shown and size == self._size:
            return
        text = "".join(f"{line}{CLEAR_LINE}\n" for line in fitting)
        self._write(self._back(width) + text + CLEAR_BELOW)
        self._shown, self._size = fitting, size

    def above(self, text: str) -> None:
        """A line that stays, over those that are drawn again."""
        self.wipe()
        self._write(text + "\n")

    def wipe(self) -> None:
        self._write(self._back(self.size()[0]) + CLEAR_BELOW)
        self._shown = []

    def _back(self, width: int) -> str:
        """To the first line. A terminal that became narrower has wrapped what was shown."""
        rows = sum(max(1, -(-visible(line) // width)) for line in self._shown)
        return "\r" + UP.format(rows) if rows else "\r"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def fit(lines: Sequence[str], height: int) -> list[str]:
    if len(lines) <= height:
        return list(lines)
    return [*lines[: height - 1], f"... {len(lines) - height + 1} more"]


def visible(line: str) -> int:
    """How many columns it takes, but for its colours."""
    return len(CODES.sub("", line))


def cut(line: str, width: int) -> str:
    """At most `width` columns of it, with its colours."""
    if visible(line) <= width:
        return line
    out, left = [], width
    for part in re.split(r"(\033\[[0-9;]*m)", line):
        out.append(part if part.startswith("\033") else part[:left])
        left -= 0 if part.startswith("\033") else min(left, len(part))
    return "".join(out)

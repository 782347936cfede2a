"""Looks for a regular expression in the lines of an output that grows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shoal.model.expression import expression

# A line that goes on beyond this is looked at as it is: a program may write without ever ending one.
LONGEST_LINE = 1 << 16
# Lines that are looked at before others have their turn: an output may be long when it is first asked for.
AT_ONCE = 500


class Search:
    """Reads on where it stopped; a line that was found stays found."""

    def __init__(self, pattern: str) -> None:
        self._pattern = expression(pattern)
        self._offset = 0
        self._rest = b""
        self._found = False

    async def on(self, read: Callable[[int], tuple[bytes, int]]) -> bool:
        """Whether a line that is there by now matches. `read` gives the piece at an offset, and where it ends."""
        while not self._found:
            piece, end = read(self._offset)
            # An output so long that its head was given up can't be asked for it any more: the doubt is in its favour.
            self._found = end - len(piece) > self._offset
            self._offset = end
            if not piece:
                break
            *lines, rest = (self._rest + piece).split(b"\n")
            self._rest = rest[:LONGEST_LINE]
            await self._look_at(lines)
        return self._found or self._matches(self._rest)

    async def _look_at(self, lines: list[bytes]) -> None:
        for start in range(0, len(lines), AT_ONCE):
            self._found = self._found or any(map(self._matches, lines[start : start + AT_ONCE]))
            await asyncio.sleep(0)

    def _matches(self, line: bytes) -> bool:
        found = self._pattern.search(line[:LONGEST_LINE].decode(errors="replace").rstrip("\r")) is not None
        self._found = self._found or found
        return found

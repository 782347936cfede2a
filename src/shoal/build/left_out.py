"""What of a folder is no part of its source: names wherever they stand, and paths from its top."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from shoal.build.chosen import chosen, may_hold

PATHS = ("/", "!/")


class LeftOut:
    """`node_modules` and `*.o` are names. `/data/*.csv` is a path, with all below it; `!/data/one.csv` is none after
    all. Of paths the last that fits counts."""

    def __init__(self, ignore: Iterable[str]) -> None:
        self.name = pattern(name for name in ignore if not name.startswith(PATHS)).match
        self._rules = [(not rule.startswith("!"), rule.removeprefix("!")) for rule in ignore if rule.startswith(PATHS)]

    def path(self, name: str) -> bool:
        out = False
        for leaves_out, rule in self._rules:
            out = leaves_out if chosen(name, rule) else out
        return out

    def wholly(self, folder: str) -> bool:
        """Whether nothing below it comes back, where it is left out itself."""
        return self.path(folder) and not any(may_hold(folder, rule) for out, rule in self._rules if not out)


def pattern(names: Iterable[str]) -> re.Pattern[str]:
    """What these names match."""
    return re.compile("|".join(map(fnmatch.translate, names)) or r"(?!)")

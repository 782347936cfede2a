"""Amounts of bytes: in Compose `512m` and `1gb` go by 1024, in shoal's file `512Mi` does."""

from __future__ import annotations

import re

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([bkmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS = ("", "k", "m", "g", "t")


def size(text: str) -> int | None:
    """Bytes, or None for what is no size."""
    match = _SIZE.fullmatch(text)
    return int(float(match[1]) * 1024 ** _UNITS.index(match[2].lower().replace("b", ""))) if match else None


def shown(count: int) -> str:
    """The shortest way to write it."""
    for power, unit in ((4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki")):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power}{unit}"
    return str(count)

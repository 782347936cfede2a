"""A working folder of an instance's own: as the original, by links, but for the files that are placed in it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def look_like(original: Path, folder: Path, placed: Iterable[str]) -> None:
    """Makes `folder` a view of `original` with room for files at the paths `placed`; none of the original's is touched.
    It may have been one before."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine: dict[str, list[str]] = {}
    for path in placed:
        first, _, rest = path.partition("/")
        mine.setdefault(first, []).extend([rest] if rest else [])
    for name, below in mine.items():
        if below:
            look_like(original / name, folder / name, below)
    for name in _names(original) - mine.keys():
        link = folder / name
        if not os.path.lexists(link):
            link.symlink_to(original / name)


def _names(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()

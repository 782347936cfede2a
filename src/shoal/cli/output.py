"""What verbs print: data on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from shoal.cli import terminal

COLOURS = (36, 33, 32, 35, 34, 31, 96, 93, 92, 95)


def data(text: str) -> None:
    print(text, flush=True)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def as_json(value: Any) -> None:
    data(json.dumps(value, indent=2, ensure_ascii=False))


def as_line(fields: dict[str, Any]) -> str:
    """Of a stream of objects, each of which says its version."""
    return json.dumps({"version": 1, **fields}, ensure_ascii=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for line in columns(head, rows):
        data(line)


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def coloured(text: str, number: int, stream: Any) -> str:
    """In one of ten colours, where they are wanted."""
    if not terminal.has_colours(stream):
        return text
    return f"\033[{COLOURS[number % len(COLOURS)]}m{text}\033[0m"


def event(item: dict[str, Any]) -> str:
    """One event as a line."""
    name = item.get("instance") or item["subject"]
    first, *rest = (item.get("text") or "").splitlines() or [""]
    return "\n".join([f"{name:<24} {item['kind']:<9} {first}".rstrip(), *(f"    {line}" for line in rest)])


def clock(seconds: float) -> str:
    """Local time of day with milliseconds."""
    return time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{int(seconds % 1 * 1000):03d}"


def age(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f}s"
    if seconds < 7200:
        return f"{seconds / 60:.0f}m"
    return f"{seconds / 3600:.0f}h" if seconds < 172800 else f"{seconds / 86400:.0f}d"


def size(count: float) -> str:
    """Bytes, in the units of the file's sizes."""
    for unit in ("B", "Ki", "Mi"):
        if count < 1024:
            return f"{count:.0f}{unit}" if unit == "B" or count >= 10 else f"{count:.1f}{unit}"
        count /= 1024
    return f"{count:.1f}Gi"

"""The file as a tree in which everything knows its place. Values stay text: what a text means depends on its key.

That is also what disarms YAML 1.1: `on`, `no`, `08` or `1:20` are texts until a key asks for a truth value or a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from shoal.errors import Place
from shoal.model.values import Ref

Path = tuple[str | int, ...]
Style = Literal["plain", "quoted", "made", "unknown"]

NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Scalar(msgspec.Struct, frozen=True):
    """One value. `made` by interpolation; `unknown`: would be, but nobody asked for it (another environment).

    `parts` is the text with references as holes; None when it has none. `margin` is how far right of `place` the text
    begins (a quote's width), or -1 when columns in the text aren't columns in the file. `written` is the text before
    variables were filled in, where they changed it. `tag` is one of those that the reader was told to keep.
    """

    text: str
    place: Place
    style: Style = "plain"
    parts: tuple[str | Ref, ...] | None = None
    margin: int = -1
    size: int = 1
    depth: int = 0
    written: str = ""
    tag: str = ""

    def within(self, index: int) -> Place:
        """Where the character with this index stands."""
        return self.place._replace(column=self.place.column + self.margin + index) if self.margin >= 0 else self.place

    @property
    def null(self) -> bool:
        return self.style == "plain" and self.text in NULLS


class Items(msgspec.Struct, frozen=True):
    """A list. `size` counts every value in it and `depth` its levels, aliases spelled out."""

    items: tuple[Node, ...]
    place: Place
    size: int = 1
    depth: int = 1
    tag: str = ""


class Entry(NamedTuple):
    """One key of a map: where the key stands, and its value."""

    place: Place
    value: Node


class Table(msgspec.Struct, frozen=True):
    """A map, in the file's order."""

    entries: dict[str, Entry]
    place: Place
    size: int = 1
    depth: int = 1
    tag: str = ""

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None

    def without(self, *keys: str) -> Table:
        return Table({key: entry for key, entry in self.entries.items() if key not in keys}, self.place)


Node = Scalar | Items | Table


def null(place: Place) -> Scalar:
    return Scalar("", place)


def empty(place: Place) -> Table:
    return Table({}, place)


def find(node: Node | None, path: Path) -> Node | None:
    """The value at a path, or None."""
    for step in path:
        if isinstance(node, Table):
            node = node.get(str(step))
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Place]]:
    """Every path below `node` with its place: a key's own, or a list item's."""
    if isinstance(node, Table):
        for key, entry in node.entries.items():
            yield (*path, key), entry.place
            yield from walk(entry.value, (*path, key))
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield (*path, index), item.place
            yield from walk(item, (*path, index))

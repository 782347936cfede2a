"""Events → tree, with a stack of its own, so that no nesting and no alias can exhaust anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import yaml

from shoal.errors import Place, SyntaxProblem
from shoal.spec.report import Report
from shoal.spec.tree import Entry, Items, Node, Scalar, Table
from shoal.spec.words import quote

DEEPEST = 40  # collections in each other
MOST = 100_000  # values, aliases spelled out

_STANDARD = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_STANDARD + name for name in ("int", "float", "bool", "null", "map", "seq")}


def _margin(event: Any) -> int:
    """How far the text begins from the mark, if it stands in the file letter by letter."""
    margin = 0 if event.style is None else 1
    width = event.end_mark.column - event.start_mark.column - 2 * margin
    same = event.start_mark.line == event.end_mark.line and width == len(event.value)
    return margin if same else -1


class _Open:
    """A collection whose end hasn't come yet; a map's children are key, value, key, value."""

    def __init__(self, event: Any, place: Place) -> None:
        self.is_map = isinstance(event, yaml.MappingStartEvent)
        self.anchor = event.anchor
        self.tag = ""
        self.place = place
        self.children: list[Node] = []


class Builder:
    """Takes the events of one file; doubled keys go into the report, the rest is raised as SyntaxProblem."""

    def __init__(self, file: str, report: Report, tags: Collection[str] = ()) -> None:
        """`tags` are kept for whoever asks; others are refused."""
        self.file = file
        self.report = report
        self.tags = tags
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            if isinstance(event, yaml.CollectionStartEvent):
                self.open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.close()
            elif isinstance(event, yaml.ScalarEvent):
                self.attach(self.scalar(event), event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self.attach(self.alias(event), None)
            elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                raise SyntaxProblem("a second document starts here", where=self.place(event), hint="one app, one file")
        return self.root

    def place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def open(self, event: Any) -> None:
        place = self.place(event)
        if len(self.stack) >= DEEPEST:
            raise SyntaxProblem(f"nested more than {DEEPEST} deep", where=place)
        self.stack.append(_Open(event, place))
        self.stack[-1].tag = self.tag(event, place)

    def close(self) -> None:
        done = self.stack.pop()
        self.attach(self.table(done) if done.is_map else self.items(done), done.anchor)

    def attach(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node

    def tag(self, event: Any, place: Place) -> str:
        """The tag, if it is one of those that are kept."""
        tag: str = event.tag or ""
        if tag in self.tags:
            return tag
        if tag and tag != "!" and tag not in _PLAIN_TAGS and tag != _STANDARD + "str":
            raise SyntaxProblem(f"the tag {quote(tag)} isn't read here", where=place, hint="leave it out")
        return ""

    def scalar(self, event: Any) -> Scalar:
        place = self.place(event)
        tag = self.tag(event, place)
        plain = event.implicit[0] or event.tag in _PLAIN_TAGS or (tag and event.style is None)
        return Scalar(event.value, place, "plain" if plain else "quoted", margin=_margin(event), tag=tag)

    def alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            what = f"*{event.anchor} stands before the end of its &{event.anchor}, or there is none"
            raise SyntaxProblem(what, where=self.place(event))
        return node

    def items(self, done: _Open) -> Items:
        return Items(tuple(done.children), done.place, *self.measure(done), done.tag)

    def measure(self, done: _Open) -> tuple[int, int]:
        """Size and depth with aliases spelled out, both within bounds."""
        size = 1 + sum(child.size for child in done.children)
        depth = 1 + max((child.depth for child in done.children), default=0)
        if size > MOST:
            raise SyntaxProblem(f"more than {MOST} values, aliases spelled out", where=done.place)
        if depth > DEEPEST:
            raise SyntaxProblem(f"nested more than {DEEPEST} deep, aliases spelled out", where=done.place)
        return size, depth

    def table(self, done: _Open) -> Table:
        size, depth = self.measure(done)
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in zip(done.children[::2], done.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise SyntaxProblem("a key has to be a word", where=key.place)
            if key.text == "<<" and key.style == "plain":
                merged = {**self.merge(value), **merged}
            elif key.text in own:
                self.doubled(key, own[key.text].place)
            else:
                own[key.text] = Entry(key.place, value)
        return Table({**merged, **own}, done.place, size, depth, done.tag)

    def merge(self, value: Node) -> dict[str, Entry]:
        """What `<<: *x` or `<<: [*x, *y]` brings in; the first one wins."""
        merged: dict[str, Entry] = {}
        for source in value.items if isinstance(value, Items) else (value,):
            if not isinstance(source, Table):
                raise SyntaxProblem("`<<` merges maps only", where=source.place)
            merged = {**source.entries, **merged}
        return merged

    def doubled(self, key: Scalar, first: Place) -> None:
        what = f"the key {quote(key.text)} is here a second time (first in line {first.line})"
        self.report.add(SyntaxProblem, (), what, key.place)

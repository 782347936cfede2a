"""Relative paths of a file that lies elsewhere, as the project's folder has them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import msgspec

from shoal.spec.tree import Entry, Items, Node, Scalar, Table

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[^/]+@[^/]+:|github\.com/")
"""How a build's context begins that is no folder: a URL, another service, another image."""


def moved(tree: Table, prefix: str) -> Table:
    """`tree` with `prefix` before each of its relative paths: the way from the project's folder to the file's."""
    if not prefix or prefix == ".":
        return tree
    one = _Mover(prefix)
    tree = _each(tree, "services", one.service)
    tree = _each(tree, "secrets", lambda table: _at(table, "file", one.path))
    return _each(tree, "configs", lambda table: _at(table, "file", one.path))


class _Mover:
    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def service(self, table: Table) -> Table:
        table = _at(table, "build", self.build)
        table = _at(table, "env_file", self.files)
        table = _at(table, "label_file", self.files)
        table = _at(table, "extends", lambda node: _inside(node, "file", self.path))
        table = _at(table, "develop", lambda node: _inside(node, "watch", self.watched))
        return _at(table, "volumes", lambda node: _items(node, self.volume))

    def text(self, text: str) -> str:
        if not text or text.startswith(("/", "~")) or _ELSEWHERE.match(text):
            return text
        return os.path.normpath(os.path.join(self.prefix, text))  # noqa: PTH118 (of texts, not of files)

    def path(self, node: Node) -> Node:
        return _with(node, self.text(node.text)) if isinstance(node, Scalar) else node

    def build(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            return self.path(node)
        contexts: Callable[[Node], Node] = lambda inner: _values(inner, self.path)  # noqa: E731
        return _inside(_inside(node, "context", self.path), "additional_contexts", contexts)

    def files(self, node: Node) -> Node:
        one: Callable[[Node], Node] = lambda item: (  # noqa: E731
            _inside(item, "path", self.path) if isinstance(item, Table) else self.path(item)
        )
        return _items(node, one) if isinstance(node, Items) else one(node)

    def watched(self, node: Node) -> Node:
        return _items(node, lambda item: _inside(item, "path", self.path))

    def volume(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            source, colon, rest = node.text.partition(":")
            return _with(node, self._source(source) + colon + rest) if colon else node
        kind = node.get("type") if isinstance(node, Table) else None
        bind = isinstance(kind, Scalar) and kind.text == "bind"
        return _inside(node, "source", self.path) if bind else node

    def _source(self, text: str) -> str:
        if not text.startswith("."):
            return text
        found = self.text(text)
        return found if found.startswith(("..", "/")) else f"./{found}"


def _with(node: Scalar, text: str) -> Scalar:
    return node if text == node.text else msgspec.structs.replace(node, text=text, written="", margin=-1)


def _each(tree: Table, section: str, change: Callable[[Table], Table]) -> Table:
    return _at(tree, section, lambda node: _values(node, lambda v: change(v) if isinstance(v, Table) else v))


def _at(table: Table, key: str, change: Callable[[Node], Node]) -> Table:
    entry = table.entries.get(key)
    if entry is None:
        return table
    return msgspec.structs.replace(table, entries={**table.entries, key: Entry(entry.place, change(entry.value))})


def _inside(node: Node, key: str, change: Callable[[Node], Node]) -> Node:
    return _at(node, key, change) if isinstance(node, Table) else node


def _values(node: Node, change: Callable[[Node], Node]) -> Node:
    if not isinstance(node, Table):
        return node
    entries = {key: Entry(place, change(value)) for key, (place, value) in node.entries.items()}
    return msgspec.structs.replace(node, entries=entries)


def _items(node: Node, change: Callable[[Node], Node]) -> Node:
    if not isinstance(node, Items):
        return node
    return msgspec.structs.replace(node, items=tuple(change(item) for item in node.items))

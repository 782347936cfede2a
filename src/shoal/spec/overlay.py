"""The environment's overlay laid over the file: maps go into each other, the rest is replaced, `null` removes."""

from __future__ import annotations

import re

from shoal.errors import UnknownKey, UnknownReference, WrongType
from shoal.spec.models import NAME
from shoal.spec.report import Report
from shoal.spec.tree import Entry, Node, Path, Scalar, Table, empty
from shoal.spec.words import quote, shown, suggestion

ALWAYS = "dev"
FIXED = ("name", "environments")


def environments(tree: Table, report: Report) -> dict[str, Table]:
    """Name → overlay, as the file has them; `dev` is always there."""
    node = tree.get("environments")
    found = {ALWAYS: empty(tree.place)}
    if node is None or (isinstance(node, Scalar) and node.null):
        return found
    if not isinstance(node, Table):
        report.add(WrongType, ("environments",), f"expected a map, got {shown(node)}", node.place)
        return found
    for name, entry in node.entries.items():
        found[name] = _overlay(name, entry, report)
    return found


def _overlay(name: str, entry: Entry, report: Report) -> Table:
    node = entry.value
    path = ("environments", name)
    if not re.fullmatch(NAME, name):
        report.add(
            WrongType, path, f"{quote(name)} is not a valid name", entry.place, "lower-case letters, digits and -"
        )
    if isinstance(node, Table):
        for key in FIXED:
            if key in node.entries:
                report.add(UnknownKey, path, f"{quote(key)} is the same in every environment", node.entries[key].place)
        return node.without(*FIXED)
    if not (isinstance(node, Scalar) and node.null):
        report.add(WrongType, path, f"expected a map, got {shown(node)}", node.place)
    return empty(entry.place)


def check_there(environment: str, overlays: dict[str, Table], tree: Table) -> None:
    """Raises UnknownReference if there is no overlay of that name."""
    if environment in overlays:
        return
    entry = tree.entries.get("environments")
    hint = suggestion(environment, overlays, "there are")
    what = f"there is no environment {quote(environment)}"
    raise UnknownReference(what, where=entry.place if entry else tree.place, hint=hint)


def merged(base: Table, over: Table, path: Path, report: Report) -> Table:
    """A new map: `over` on `base`. Each part keeps its own place, so that errors lead to the right line."""
    out = dict(base.entries)
    for key, entry in over.entries.items():
        here = (*path, key)
        if isinstance(entry.value, Scalar) and entry.value.null:
            _remove(out, key, entry, here, report)
        else:
            out[key] = Entry(entry.place, _value(out.get(key), entry.value, here, report))
    return Table(out, base.place)


def _remove(out: dict[str, Entry], key: str, entry: Entry, path: Path, report: Report) -> None:
    if out.pop(key, None) is None:
        hint = suggestion(key, out, "there are")
        report.add(UnknownReference, path, "there is nothing to remove", entry.place, hint)


def _value(old: Entry | None, new: Node, path: Path, report: Report) -> Node:
    if old and isinstance(old.value, Table) and isinstance(new, Table):
        return merged(old.value, new, path, report)
    return new

"""Every value of the tree with its `${...}` read. Keys stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from shoal.errors import WrongType
from shoal.model.values import concat
from shoal.spec.expand import Scope, Trouble, expand
from shoal.spec.report import Report
from shoal.spec.tree import Entry, Items, Node, Path, Scalar, Table


def interpolate(tree: Table, variables: Mapping[str, str], report: Report) -> Table:
    """The tree with variables filled in; what can't be is reported, and `unknown` in the result."""
    return filled(tree, Scope(variables, _names(tree)), report)


def filled(tree: Table, scope: Scope, report: Report) -> Table:
    """The same for any reading of `${...}`."""
    done = _node(tree, scope, (), report)
    assert isinstance(done, Table)
    return done


def _names(tree: Table) -> frozenset[str]:
    sections = (tree.get(key) for key in ("services", "jobs", "backing"))
    return frozenset(name for section in sections if isinstance(section, Table) for name in section.entries)


def _node(node: Node, scope: Scope, path: Path, report: Report) -> Node:
    if isinstance(node, Scalar):
        return _scalar(node, scope, path, report)
    if isinstance(node, Items):
        items = (_node(item, scope, (*path, index), report) for index, item in enumerate(node.items))
        return Items(tuple(items), node.place, tag=node.tag)
    entries = {
        key: Entry(entry.place, _node(entry.value, scope, (*path, key), report)) for key, entry in node.entries.items()
    }
    return Table(entries, node.place, tag=node.tag)


def _scalar(node: Scalar, scope: Scope, path: Path, report: Report) -> Scalar:
    if "$" not in node.text:
        return _carried(node, path, report)
    try:
        value = concat(*expand(node.text, scope))
    except Trouble as trouble:
        report.add(trouble.kind, path, trouble.what, node.within(trouble.at), trouble.hint)
        return Scalar(node.text, node.place, "unknown")
    if all(isinstance(part, str) for part in value.parts):
        text = "".join(str(part) for part in value.parts)
        return _carried(Scalar(text, node.place, "made", written=node.text, tag=node.tag), path, report)
    return Scalar(node.text, node.place, "made", value.parts, node.margin)


def _carried(node: Scalar, path: Path, report: Report) -> Scalar:
    """The value, if environment variables and command lines can carry it."""
    if "\0" in node.text or not _is_unicode(node.text):
        report.add(WrongType, path, "a text with a NUL or with bytes that aren't UTF-8", node.place)
        return Scalar("", node.place, "unknown")
    return node


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

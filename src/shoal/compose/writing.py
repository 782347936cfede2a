"""A tree → the text of a shoal.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from shoal.compose.remarks import Remark
from shoal.spec.scalars import FALSE, TRUE, number
from shoal.spec.tree import NULLS, Items, Node, Path, Scalar, Table

WIDEST = 100

_PLAIN = re.compile(r"[A-Za-z/._][\w./-]*")

HEAD = """\
# Written by `shoal import` from {files}. `shoal plan` says what would happen, `shoal up` does it.
# `after` only waits; `needs` makes a call an edge of the mesh, and hands over addresses.
"""
SECURITY = "as Compose has it; shoal's own defaults are stricter"


def written(tree: Table, files: Sequence[str], remarks: Sequence[Remark], hints: Mapping[str, str]) -> str:
    """`hints` are comments beside services."""
    lines = [HEAD.format(files=", ".join(files))]
    if remarks:
        lines += ["# Not honoured:", *(f"#   {line}" for remark in remarks for line in str(remark).splitlines()), ""]
    for key, entry in tree.entries.items():
        lines += [*_entry(key, entry.value, 0, (key,), hints)]
    return "\n".join(lines) + "\n"


def _entry(key: str, node: Node, indent: int, path: Path, hints: Mapping[str, str]) -> Iterator[str]:
    head = f"{' ' * indent}{_word(key)}:"
    comment = f" # {hints[key]}" if len(path) == 2 and key in hints else ""
    comment = comment or (f" # {SECURITY}" if len(path) == 3 and key == "security" else "")
    flow = _flow(node)
    words = isinstance(node, Items) and all(isinstance(item, Scalar) for item in node.items)
    small = isinstance(node, Scalar) or words or (len(path) > 2 and len(head) + len(flow) < WIDEST) or not _size(node)
    if small:
        yield f"{head} {flow}{comment}".rstrip()
    elif isinstance(node, Table):
        yield head + comment
        for name, entry in node.entries.items():
            yield from _entry(name, entry.value, indent + 2, (*path, name), hints)
    elif isinstance(node, Items):
        yield head + comment
        yield from (f"{' ' * (indent + 2)}- {_flow(item)}" for item in node.items)


def _size(node: Node) -> int:
    return len(node.entries) if isinstance(node, Table) else len(node.items) if isinstance(node, Items) else 1


def _flow(node: Node) -> str:
    if isinstance(node, Table):
        inner = ", ".join(f"{_word(key)}: {_flow(entry.value)}".rstrip() for key, entry in node.entries.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(node, Items):
        return f"[{', '.join(map(_flow, node.items))}]"
    return node.text if node.style == "plain" and not node.null else "null" if node.null else _word(node.text)


def _word(text: str) -> str:
    """A text as YAML, in quotes where it needs some."""
    special = text in NULLS | TRUE | FALSE or number(text) is not None
    return text if _PLAIN.fullmatch(text) and not special else msgspec.json.encode(text).decode()

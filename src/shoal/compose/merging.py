"""One Compose file laid over another. Maps go into each other, lists are joined, and of ports, volumes, secrets and
configs that mean the same the later counts. `!reset` takes away, `!override` replaces."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import msgspec

from shoal.compose import shorts
from shoal.spec.tree import Entry, Items, Node, Path, Scalar, Table, null

RESET, OVERRIDE = "!reset", "!override"
TAGS = frozenset({RESET, OVERRIDE})

REPLACED = (("command",), ("entrypoint",), ("healthcheck", "test"))
"""Lists that are one value."""

PAIRS = (
    ("annotations",),
    ("environment",),
    ("extra_hosts",),
    ("labels",),
    ("sysctls",),
    ("build", "additional_contexts"),
    ("build", "args"),
    ("build", "extra_hosts"),
    ("build", "labels"),
    ("build", "ssh"),
    ("deploy", "labels"),
)
"""Maps that may be written as lists of `NAME=value`."""

NAMES = (("depends_on",), ("models",), ("networks",))
"""Maps that may be written as lists of names."""


def cleared(node: Node) -> Node | None:
    """The node without what says of itself that it goes."""
    if node.tag == RESET:
        return None
    if isinstance(node, Table):
        kept = {key: (entry.place, cleared(entry.value)) for key, entry in node.entries.items()}
        entries = {key: Entry(place, value) for key, (place, value) in kept.items() if value is not None}
        return msgspec.structs.replace(node, entries=entries, tag="")
    if isinstance(node, Items):
        items = tuple(value for item in node.items if (value := cleared(item)) is not None)
        return msgspec.structs.replace(node, items=items, tag="")
    return msgspec.structs.replace(node, tag="")


def merged(base: Table, over: Table, path: Path = ()) -> Table:
    """`over` on `base`. Each part keeps its own place. `path` begins at the file's root."""
    out = dict(base.entries)
    for key, (place, value) in over.entries.items():
        if value.tag == RESET:
            out.pop(key, None)
            continue
        old = out.get(key)
        new = cleared(value) if old is None or value.tag == OVERRIDE else _value(old.value, value, (*path, key))
        if new is not None:
            out[key] = Entry(place, new)
    return Table(out, base.place)


def _value(old: Node, new: Node, path: Path) -> Node:
    if isinstance(new, Scalar) and new.null:
        return old
    inner = path[2:] if path[0] == "services" else None
    if inner in REPLACED:
        return cleared(new) or old
    old, new = _alike(old, inner), _alike(new, inner)
    if isinstance(old, Table) and isinstance(new, Table):
        if inner == ("logging",) and _text(old, "driver") != _text(new, "driver") and new.get("driver"):
            return cleared(new) or old
        return merged(old, new, path)
    if isinstance(old, Items) and isinstance(new, Items):
        return _joined(old, new, _KEYS.get(inner or (), _itself))
    return cleared(new) or old


def _text(table: Table, key: str) -> str:
    node = table.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _alike(node: Node, inner: Path | None) -> Node:
    """Two forms of one thing as the longer of them."""
    if inner in PAIRS and isinstance(node, Items):
        return as_table(node, shorts.host if inner and inner[-1] == "extra_hosts" else shorts.pair)
    if inner in NAMES and isinstance(node, Items):
        return as_table(node, lambda text: (text, None))
    if inner == ("build",) and isinstance(node, Scalar):
        return Table({"context": Entry(node.place, node)}, node.place, tag=node.tag)
    if inner in STRINGS and isinstance(node, Scalar):
        return Items((node,), node.place, tag=node.tag)
    return node


STRINGS = (("dns",), ("dns_search",), ("env_file",), ("label_file",), ("tmpfs",))
"""Lists of which one may be written alone."""


def as_table(node: Items, split: Callable[[str], tuple[str, str | None]]) -> Table:
    """A list as a map; of two lines for one name the later counts. What is no text stays for others to refuse."""
    out: dict[str, Entry] = {}
    for item in node.items:
        if isinstance(item, Scalar):
            name, value = split(item.text)
            written = split(item.written)[1] if item.written else ""
            text = null(item.place) if value is None else _part(item, value, written or "")
            out[name] = Entry(item.place, text)
    return Table(out, node.place, tag=node.tag)


def _part(item: Scalar, value: str, written: str) -> Scalar:
    """What stands behind the `=`: a text, whatever it looks like."""
    return Scalar(value, item.place, "made" if item.style == "made" else "quoted", written=written)


def _joined(old: Items, new: Items, key: Callable[[Node], Hashable]) -> Items:
    out: dict[Hashable, Node] = {key(item): item for item in old.items}
    for item in new.items:
        one = key(item)
        if item.tag == RESET:
            out.pop(one, None)
        else:
            before = out.get(one)
            both = isinstance(before, Table) and isinstance(item, Table)
            out[one] = merged(before, item) if both and item.tag != OVERRIDE else cleared(item) or item  # type: ignore[arg-type]
    return Items(tuple(out.values()), old.place)


def _itself(node: Node) -> Hashable:
    """Two texts that are the same are one; everything else stands for itself."""
    return node.text if isinstance(node, Scalar) else (node.place, id(node))


def _port(node: Node) -> Hashable:
    if isinstance(node, Scalar):
        found = shorts.port(node.text)
        return tuple(one.key() for one in found) if found else node.text
    found = (
        shorts.ports(
            _text(node, "target"), _text(node, "published"), _text(node, "host_ip"), _text(node, "protocol") or "tcp"
        )
        if isinstance(node, Table)
        else None
    )
    return tuple(one.key() for one in found) if found else id(node)


def _volume(node: Node) -> Hashable:
    if isinstance(node, Scalar):
        found = shorts.volume(node.text)
        return found.target if found else node.text
    return _text(node, "target") if isinstance(node, Table) else id(node)


def _grant(node: Node) -> Hashable:
    if isinstance(node, Scalar):
        return node.text
    return _text(node, "target") or _text(node, "source") if isinstance(node, Table) else id(node)


def _device(node: Node) -> Hashable:
    if isinstance(node, Scalar):
        return node.text.split(":")[1] if ":" in node.text else node.text
    return _text(node, "target") if isinstance(node, Table) else id(node)


_KEYS: dict[Path, Callable[[Node], Hashable]] = {
    ("ports",): _port,
    ("volumes",): _volume,
    ("secrets",): _grant,
    ("configs",): _grant,
    ("devices",): _device,
}

"""Parts of shoal's own file, made with the places of the Compose file that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shoal.errors import Place
from shoal.spec.tree import Entry, Items, Node, Scalar, Table

_ASKED = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)")


def said(text: str, place: Place) -> Scalar:
    """A text that means itself: no dollar sign in it asks for anything."""
    return Scalar(text.replace("$", "$$"), place, "quoted")


def word(text: str, place: Place) -> Scalar:
    """A number, a truth value, a word of shoal's."""
    return Scalar(text, place)


def asking(text: str, place: Place, known: Mapping[str, str]) -> Scalar:
    """Compose's `${...}` as shoal's: what has no value stays empty here, too."""

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return match[0] if not name else f"${{{name}}}" if name in known else f"${{{name}:-}}"

    return Scalar(_ASKED.sub(one, text), place, "quoted")


def listed(nodes: Iterable[Node], place: Place) -> Items:
    return Items(tuple(nodes), place)


def table(entries: Mapping[str, Node | None], place: Place) -> Table:
    """Keys stand where their values do; those without one are left out."""
    return Table({key: Entry(node.place, node) for key, node in entries.items() if node is not None}, place)

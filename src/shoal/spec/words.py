"""Wording that every message shares: quoted text, lists of choices, "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from shoal.spec.scalars import number, truth
from shoal.spec.tree import Items, Node, Scalar

LONGEST = 60  # letters of a quoted text
FEW = 20  # choices listed
MOST = 500  # choices compared


def quote(text: str) -> str:
    """The text in double quotes on one line, shortened."""
    short = text if len(text) <= LONGEST else text[:LONGEST] + "..."
    return msgspec.json.encode(short.encode("utf-8", "replace").decode()).decode()


def shown(node: Node) -> str:
    """What stands there, for `... , got X`."""
    if isinstance(node, Scalar):
        return "nothing" if node.null else node.text if _is_bare(node) else quote(node.text)
    return "a list" if isinstance(node, Items) else "a map"


def _is_bare(node: Scalar) -> bool:
    return node.style == "plain" and (number(node.text) is not None or truth(node.text) is not None)


def either(choices: Iterable[str], last: str = "or") -> str:
    """`a, b or c`"""
    every = list(dict.fromkeys(choices))
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that was probably meant, or nothing."""
    # Imported late: only an error needs it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(word[:LONGEST], list(islice(choices, MOST)), n=1, cutoff=0.65)), "")


def suggestion(word: str, choices: Iterable[str], otherwise: str) -> str:
    """`did you mean "x"?`, or `otherwise: a, b, c`, or nothing when there are no choices."""
    every = list(choices)
    meant = nearest(word, every)
    if meant:
        return f'did you mean "{meant}"?'
    listed = ", ".join(every[:FEW]) + (" ..." if len(every) > FEW else "")
    return f"{otherwise}: {listed}" if every else ""

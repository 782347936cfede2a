"""Which versions somebody asks for: `3.12`, `>=17`, `^20 || >=22`, `~=3.11`, `18 - 22`, `v24`, `lts/*`. Text in, yes or
no out; the words of pip, npm and the files that version managers read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

Version = tuple[int, ...]

LTS = {"argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14"}
LTS |= {"gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
ANY = ("*", "x", "latest", "node", "stable", "lts/*", "current")
_TERM = re.compile(r"(===|==|!=|>=|<=|~=|=|>|<|\^|~)?\s*v?(\d+(?:\.(?:\d+|[xX*]))*)(?:[-+][\w.]+)?")
_RANGE = re.compile(r"v?(\d+(?:\.\d+)*)\s+-\s+v?(\d+(?:\.\d+)*)")


class Demand(NamedTuple):
    """`text` as written; `terms`: any of the outer ones will do, of which all the inner ones must hold."""

    text: str
    terms: tuple[tuple[Callable[[Version], bool], ...], ...]

    def admits(self, version: str) -> bool:
        found = number(version)
        return any(all(term(found) for term in alternative) for alternative in self.terms)


def demand(text: str) -> Demand | None:
    """What `text` asks for; None if it can't be read."""
    alternatives = [_all(part.strip()) for part in text.split("||")]
    if any(part is None for part in alternatives):
        return None
    return Demand(text, tuple(part for part in alternatives if part is not None))


def number(version: str) -> Version:
    """`v24.19.0` and `25.0.2.1` as what can be compared."""
    found = re.match(r"\D*(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else ()


def _all(text: str) -> tuple[Callable[[Version], bool], ...] | None:
    word = text.lower()
    if word in ANY:
        return ()
    if word.startswith("lts/"):
        word = LTS.get(word.removeprefix("lts/"), "")
    if between := _RANGE.fullmatch(word):
        return _term(">=", between[1]), _term("<=", between[2])
    found = [(match[1] or "", match[2]) for match in _TERM.finditer(word)]
    return tuple(_term(*each) for each in found) if found and not _TERM.sub("", word).strip(" ,") else None


def _term(operator: str, text: str) -> Callable[[Version], bool]:
    """A version with fewer parts stands for all that begin so: `3.12` is met by 3.12.4."""
    wanted = tuple(int(part) for part in text.split(".") if part.isdigit())
    size = len(wanted)
    below = {
        "~": _after(wanted[:2]),  # npm's: ~1.2.3 is below 1.3
        "~=": _after(wanted[:-1] or wanted),  # pip's: ~=1.2.3 is below 1.3, ~=1.2 below 2
        "^": _after(wanted[: next((i for i, part in enumerate(wanted) if part), size - 1) + 1]),
    }
    match operator:
        case ">=":
            return lambda version: version >= wanted
        case "<":
            return lambda version: version < wanted
        case ">":
            return lambda version: version[:size] > wanted
        case "<=":
            return lambda version: version[:size] <= wanted
        case "!=":
            return lambda version: version[:size] != wanted
        case "~" | "~=" | "^":
            return lambda version: wanted <= version < below[operator]
    return lambda version: version[:size] == wanted


def _after(prefix: Version) -> Version:
    return (*prefix[:-1], prefix[-1] + 1)

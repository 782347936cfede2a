"""What services are called: shoal's names are part of paths and variables, so they are narrower than Compose's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shoal.spec.facts import RESERVED, valid


def named(names: Iterable[str], taken: frozenset[str] = RESERVED) -> dict[str, str]:
    """Compose's name -> shoal's, each of which is there once. Names that fit stay; the others find a place beside."""
    every = list(names)
    found = {name: name for name in every if valid(name) and name not in taken}
    used = set(found.values()) | taken
    for name in every:
        if name not in found:
            found[name] = _free(plain(name), used)
            used.add(found[name])
    return {name: found[name] for name in every}


def plain(text: str) -> str:
    """The nearest valid name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("-0123456789")[:36].strip("-") or "app"


def _free(name: str, used: set[str] | frozenset[str]) -> str:
    if name not in used:
        return name
    return next(one for number in range(2, 1000) if (one := f"{name}-{number}") not in used)

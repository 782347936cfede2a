"""What needs what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def closure(names: Iterable[str], needs: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The names and all that they need, directly or not."""
    seen: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left.extend(needs.get(name, ()))
    return frozenset(seen)

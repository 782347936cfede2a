"""Order: what waits for what, and who waits in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def cycle(waits: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The first circle found, as a path that begins and ends with one name; empty when there is none."""
    done: set[str] = set()
    for start in waits:
        found = _walk(start, waits, (), done)
        if found:
            return found
    return ()


def _walk(name: str, waits: Mapping[str, Iterable[str]], path: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return ()
    for other in waits.get(name, ()):
        found = _walk(other, waits, (*path, name), done)
        if found:
            return found
    done.add(name)
    return ()


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


def levels(waits: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Names in groups: each waits only for names of earlier groups. A circle's members form the last group."""
    left = {name: {o for o in others if o in waits} for name, others in waits.items()}
    out: list[tuple[str, ...]] = []
    while left:
        group = tuple(name for name, others in left.items() if not others) or tuple(left)
        out.append(group)
        left = {name: others - set(group) for name, others in left.items() if name not in group}
    return tuple(out)

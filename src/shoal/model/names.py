"""Names that people type, checked against those there are."""

from __future__ import annotations

from collections.abc import Iterable

from shoal.errors import UsageError

NAME = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
"""What services, environments and the like may be called: it is part of paths, addresses and database roles."""


TARGETS = ("process", "docker", "kubernetes")
"""What an app can be run on: plain processes of this machine, a Docker engine, a cluster."""


BESIDE = "beside "
"""Begins the name of an address at which a developer's own process listens, in place of an instance."""


def beside(workload: str, port: str) -> str:
    return f"{BESIDE}{workload}:{port}"


def check_known(names: Iterable[str], known: Iterable[str], what: str = "service") -> None:
    """Raises `UsageError` for the first that isn't known, with the one that was probably meant."""
    there = sorted(set(known))
    for name in names:
        if name not in there:
            raise UsageError(f"there is no {what} {name}", hint=hint(name, there))


def hint(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 3)
    # Two letters that changed places are the commonest slip of all.
    swapped = [found for found in near if sorted(found) == sorted(name)]
    return f"Did you mean {(swapped or near)[0]}?" if near else f"There are: {', '.join(known)}."

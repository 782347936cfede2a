"""How many files and sockets a process may have open. Ours, and the mesh, take as many as they are allowed; what a user
runs gets what the user's shell gave: some programs walk through all that are possible, or use select()."""

from __future__ import annotations

import resource

GIVEN = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
"""What this process was started with."""


def raise_limit() -> None:
    limit(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def limit(soft: int) -> None:
    """`soft` or what is allowed, whichever is less."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    lower = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lower, hard))

"""Requests whose answers nobody waits for: what a runtime loads and compiles to give them, it has when users come."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import cycle, islice

from shoal.control.probe import fetch
from shoal.model.observed import Instance

PATIENCE = 10.0
"""Seconds for one answer."""


async def ask(instance: Instance, paths: tuple[str, ...], times: int) -> None:
    """So many requests in all, one after the other, at its first port. What it answers doesn't count."""
    endpoint = next(iter(instance.endpoints.values()), None)
    if endpoint is None:
        return
    for path in islice(cycle(paths), times):
        with contextlib.suppress(OSError, ValueError):
            async with asyncio.timeout(PATIENCE):
                await fetch(endpoint, path)

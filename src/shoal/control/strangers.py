"""Calls to what a caller doesn't need, as the mesh has refused them since it started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shoal.drivers.driver import Driver
from shoal.mesh import NAME
from shoal.mesh.refusing import refused
from shoal.model.observed import Observed


def refused_calls(driver: Driver, observed: Observed, caller: str) -> Counter[str]:
    """Need that it lacks -> how often. Reads all that the mesh has printed."""
    running = [instance.id for instance in observed.of(NAME) if instance.alive]
    return sum((refused(_lines(driver, instance), caller) for instance in running), Counter[str]())


def _lines(driver: Driver, instance: str) -> Iterator[str]:
    offset, rest = 0, ""
    while True:
        piece, offset = driver.printed(instance, offset)
        if not piece:
            return
        *whole, rest = (rest + piece.decode(errors="replace")).split("\n")
        yield from whole

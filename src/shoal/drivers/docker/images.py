"""Which image a workload runs from, and that the engine has it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shoal.drivers.docker import programs
from shoal.drivers.docker.connection import UNREACHED, asking
from shoal.errors import DriverFailed
from shoal.model.values import Ref, Value
from shoal.model.workload import Workload

if TYPE_CHECKING:
    from aiodocker import Docker


class Images:
    def __init__(self, docker: Docker) -> None:
        self._docker = docker
        self._here: set[str] = set()
        self._pulling: dict[str, asyncio.Lock] = {}

    async def of(self, workload: Workload) -> str:
        """Raises `DriverFailed` for one that can't be had."""
        reference = official(workload)
        await self.ensure(reference)
        return reference

    async def ensure(self, reference: str) -> None:
        """One that was seen once is there; whoever removes it meanwhile hears of it at the next start."""
        async with self._pulling.setdefault(reference, asyncio.Lock()):
            if reference in self._here:
                return
            if not await self._present(reference):
                await self._pull(reference)
            self._here.add(reference)

    def lost(self, reference: str) -> None:
        self._here.discard(reference)

    async def _present(self, reference: str) -> bool:
        import aiodocker

        try:
            await self._docker.images.inspect(reference)
        except aiodocker.DockerError as problem:
            if problem.status == UNREACHED:
                raise
            return False
        return True

    async def _pull(self, reference: str) -> None:
        import aiodocker

        with asking(f"pulling {reference}"):
            try:
                await self._docker.images.pull(reference)
            except aiodocker.DockerError as problem:
                if problem.status == UNREACHED:
                    raise
                hint = "is its name right, can the engine reach its registry, and is it public? (else: docker login)"
                raise DriverFailed(f"the image {reference} can't be had: {problem.message}", hint=hint) from None


def official(workload: Workload) -> str:
    """The image of the first program that it names, or a plain one."""
    if workload.kind == "mesh":
        return programs.ENVOY
    found = [programs.find(ref.name).image for ref in _programs((*workload.command, *workload.env.values()))]
    # A job of ours is Python's, whichever programs it starts: those are another image's.
    return next((image for image in found if image), programs.BASE)


def _programs(values: Iterable[Value]) -> list[Ref]:
    return [ref for value in values for ref in value.refs() if ref.kind == "program"]


def python() -> str:
    """Of the same minor version as ours."""
    return f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"

"""Which image a workload runs from, and that the engine has it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shoal.drivers.docker import programs
from shoal.drivers.docker.connection import UNREACHED, asking
from shoal.drivers.docker.container import Json
from shoal.drivers.docker.inside import kind
from shoal.errors import DriverFailed, ToolMissing
from shoal.model.values import Ref, Value
from shoal.model.workload import Workload

if TYPE_CHECKING:
    from aiodocker import Docker


USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Images:
    def __init__(self, docker: Docker) -> None:
        self._docker = docker
        self._here: set[str] = set()
        self._found: set[tuple[str, ...]] = set()
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

    async def check_program(self, container: str, workload: Workload, body: Json) -> None:
        """Raises `ToolMissing` when the image hasn't got what is to be run: with a first process of its own, the
        container would start all the same."""
        command = [*body.get("Entrypoint", ()), *body.get("Cmd", ())][:1]
        env = dict(pair.split("=", 1) for pair in body["Env"])
        asked = (body["Image"], *command, env.get("PATH", ""))
        if workload.image is not None or asked in self._found:
            return
        for place in _places(command[0] if command else "", env.get("PATH") or USUAL_PATH, body.get("WorkingDir", "/")):
            if await kind(self._docker, container, place) == "file":
                self._found.add(asked)
                return
        what = f"{workload.name}: the program {''.join(command)!r} isn't there"
        raise ToolMissing(what, hint=f"it isn't in the image {body['Image']}: is it spelled as it should be?")

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


def _places(program: str, path: str, folder: str) -> list[str]:
    if "/" in program:
        return [program if program.startswith("/") else f"{folder}/{program}"]
    return [f"{below}/{program}" for below in path.split(":")] if program else []


def official(workload: Workload) -> str:
    """The image of the first program that it names, or a plain one."""
    if workload.image:
        return workload.image.reference
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

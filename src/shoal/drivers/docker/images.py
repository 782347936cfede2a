"""Which official image a workload runs from, and whether its program is in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shoal.drivers.docker import programs
from shoal.drivers.docker.connection import asking
from shoal.drivers.docker.container import Json
from shoal.drivers.docker.inside import kind
from shoal.errors import ToolMissing
from shoal.model.values import Ref, Value
from shoal.model.workload import Workload

if TYPE_CHECKING:
    from aiodocker import Docker


NOT_THERE = 404
USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


async def pulled(docker: Docker, workload: Workload) -> str:
    """An official image by its name, pulled if it isn't there."""
    reference = official(workload)
    with asking(f"pulling {reference}"):
        try:
            await docker.images.inspect(reference)
        except _missing() as problem:
            if problem.status != NOT_THERE:
                raise
            await docker.images.pull(reference)
    return reference


class Programs:
    """Which programs images were seen to have."""

    def __init__(self, docker: Docker) -> None:
        self._docker = docker
        self._found: set[tuple[str, ...]] = set()

    async def check(self, container: str, workload: Workload, body: Json) -> None:
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


def capabilities(workload: Workload) -> list[str]:
    """That the programs which it names can't do without."""
    return sorted({one for ref in _programs(workload.command) for one in programs.CAPABLE.get(ref.name, ())})


def _programs(values: Iterable[Value]) -> list[Ref]:
    return [ref for value in values for ref in value.refs() if ref.kind == "program"]


def _missing() -> Any:
    import aiodocker

    return aiodocker.DockerError

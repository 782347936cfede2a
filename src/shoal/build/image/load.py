"""An image gets into an engine: nothing of it that the engine has is sent again."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from shoal.build.image.archive import archive, streamed
from shoal.build.image.base import NOT_FOUND, UNREACHED
from shoal.build.image.config import CONTENT, Base, Config
from shoal.build.image.pack import Packed
from shoal.build.image.wanted import Wanted
from shoal.errors import BuildFailed, DriverFailed, ShoalError

if TYPE_CHECKING:
    from aiodocker import Docker


class Loaded(msgspec.Struct, frozen=True):
    """`id` is the engine's; `sent` are the bytes that went there for it."""

    id: str
    sent: int = 0


async def found(docker: Docker, config: Config, tag: str) -> str:
    """The image's id, if the engine has just this one under its name; else nothing."""
    image = await _inspected(docker, tag)
    labels = ((image or {}).get("Config") or {}).get("Labels") or {}
    return str(image["Id"]) if image and labels.get(CONTENT) == config.content else ""


async def load(docker: Docker, config: Config, packed: Sequence[Packed], base: Base, wanted: Wanted) -> Loaded:
    """Raises `DriverFailed`."""
    import aiodocker

    missing = await _missing(docker, config, packed, base, wanted)
    try:
        sent = await _send(docker, archive(config, wanted.tag, missing))
    except OSError as problem:
        raise _unreadable(wanted, problem) from problem
    except aiodocker.DockerError as problem:
        if problem.status == UNREACHED:
            raise
        sent = await _send_all(docker, config, packed, base, wanted)
    there = await found(docker, config, wanted.tag)
    if not there:
        raise _refused(wanted, "it has taken it, and doesn't have it")
    return Loaded(there, sent)


async def _missing(
    docker: Docker, config: Config, packed: Sequence[Packed], base: Base, wanted: Wanted
) -> tuple[Packed, ...]:
    """Layers that none of the images that it has of this service has at the same place, above the same others."""
    known = [base.layers, *[await _layers(docker, name) for name in await _earlier(docker, wanted)]]
    height = len(base.layers)

    def has(depth: int) -> bool:
        return any(layers[:depth] == config.layers[:depth] for layers in known)

    return tuple(each for n, each in enumerate(packed, height + 1) if not has(n))


async def _earlier(docker: Docker, wanted: Wanted) -> list[str]:
    listed = await docker.images.list(filters={"reference": [wanted.repository]})
    return [str(each["Id"]) for each in listed]


async def _layers(docker: Docker, name: str) -> tuple[str, ...]:
    image = await _inspected(docker, name)
    return tuple(image["RootFS"].get("Layers") or ()) if image else ()


async def _inspected(docker: Docker, name: str) -> dict[str, Any] | None:
    import aiodocker

    try:
        return await docker.images.inspect(name)
    except aiodocker.DockerError as problem:
        if problem.status != NOT_FOUND:
            raise
        return None


async def _send(docker: Docker, chunks: Any) -> int:
    """The client takes what goes wrong here, while it sends, for the engine's fault."""
    import aiodocker

    sent, mine = 0, []

    async def counted() -> AsyncIterator[bytes]:
        nonlocal sent
        try:
            async for block in streamed(chunks):
                sent += len(block)
                yield block
        except (ShoalError, OSError) as problem:
            mine.append(problem)
            raise

    try:
        await docker.images.import_image(counted())
    except aiodocker.DockerError:
        if mine:
            raise mine[0] from None
        raise
    return sent


async def _send_all(docker: Docker, config: Config, packed: Sequence[Packed], base: Base, wanted: Wanted) -> int:
    """For engines that take an image whole or not at all: with the base's layers, which they give themselves."""
    import aiodocker

    with tempfile.TemporaryDirectory() as folder:
        try:
            exported = await export(docker, base.id, Path(folder) / "base.tar")
            return await _send(docker, archive(config, wanted.tag, packed, exported))
        except OSError as problem:
            raise _unreadable(wanted, problem) from problem
        except aiodocker.DockerError as problem:
            if problem.status == UNREACHED:
                raise
            raise _refused(wanted, problem.message) from None


async def export(docker: Docker, name: str, into: Path) -> Path:
    """An image as the engine gives it away."""
    async with docker.images.export_image(name) as answer:
        with into.open("wb") as file:
            async for block in answer.iter_chunked(1 << 20):
                file.write(block)
    return into


def _unreadable(wanted: Wanted, problem: OSError) -> BuildFailed:
    """A file of the build, or of the export of its base."""
    what = f"{wanted.artifact.owner}: its image can't be sent: {problem.filename or 'a file'}: {problem.strerror}"
    return BuildFailed(what, hint="a build that is gone or is being written to, or no room for temporary files")


def _refused(wanted: Wanted, why: str) -> DriverFailed:
    hint = "is there room where it keeps its data? (`docker system df` tells)"
    return DriverFailed(f"the engine doesn't take the image {wanted.tag}: {why.strip()}", hint=hint)

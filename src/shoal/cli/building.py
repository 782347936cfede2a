"""Builds and images for `shoal build`: what is wanted of whom, each after what it needs, two at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from shoal.build import artifact_folder, build, is_built
from shoal.build.cache import cache_folder
from shoal.build.image import (
    Bases,
    Image,
    Lock,
    Pushed,
    engine,
    ensure_image,
    lock_beside,
    made_image,
    push,
    refusals,
    wanted,
)
from shoal.cli.output import progress, size
from shoal.desired import compile
from shoal.desired.builds import GATEWAY
from shoal.engine import BUILDS_AT_ONCE, gather
from shoal.errors import Interrupted, ShoalError, ToolMissing
from shoal.model.app import App
from shoal.model.desired import Desired
from shoal.model.names import check_known
from shoal.model.workload import Artifact

if TYPE_CHECKING:
    from aiodocker import Docker


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wish(NamedTuple):
    """What is asked for: of the app whose file that is, `services` (none: all)."""

    file: Path
    services: tuple[str, ...] = ()
    push: str = ""
    update: bool = False


class Row(NamedTuple):
    """One build, and the image that was made of it."""

    artifact: Artifact
    services: tuple[str, ...]
    folder: Path
    image: Image | None = None
    pushed: Pushed | None = None

    def told(self) -> dict[str, Any]:
        artifact = self.artifact
        plain = {"name": artifact.owner, "services": list(self.services), "key": artifact.key}
        return plain | {"folder": str(self.folder), "image": self._image() if self.image else None}

    def _image(self) -> dict[str, Any]:
        image = self.image
        assert image is not None
        layers = [{"what": p.note, "digest": p.layer.digest, "size": p.layer.size} for p in image.packed]
        base = {"reference": image.base.reference, "digest": image.base.digest}
        told = {"reference": image.tag, "id": image.id, "base": base, "size": image.size, "sent": image.sent}
        return told | {"layers": layers, "pushed": self.pushed._asdict() if self.pushed else None}


async def until_interrupted(work: Coroutine[Any, Any, list[Row]]) -> list[Row]:
    """Ended by a signal, it ends the steps that run, which are no children of the terminal's. Raises `Interrupted`."""
    task = asyncio.ensure_future(work)
    for number in STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise Interrupted("interrupted", hint="what is built stays built") from None


async def make(app: App, wish: Wish) -> list[Row]:
    """In the order of the file. Images only where containers run, or where one is to be pushed."""
    check_known(wish.services, (service.name for service in app.services))
    imaged = app.contained or bool(wish.push)
    if wish.push and not app.contained:
        # Only what runs in a container has an image, whatever it has to be built for that.
        app = msgspec.structs.replace(app, target="docker")
    desired = compile(app, await asyncio.to_thread(gather, app))
    artifacts = _known(_needed(desired, wish.services))
    if not imaged:
        return await _Work(desired, wish, None).run(artifacts)
    lock = Lock(lock_beside(wish.file))
    try:
        async with engine() as docker:
            bases = Bases(docker, lock, update=wish.update, report=progress)
            return await _Work(desired, wish, _Images(docker, bases)).run(artifacts)
    except ToolMissing:
        # What needs no engine is done all the same.
        await _Work(desired, wish, None).run(artifacts)
        raise


def _needed(desired: Desired, services: tuple[str, ...]) -> list[Artifact]:
    """What these services run from, and what that is built with."""
    known = {artifact.key: artifact for artifact in desired.artifacts}
    todo = [key for w in desired.workloads if not services or w.owner in services for key in w.artifacts()]
    found: set[str] = set()
    while todo:
        key = todo.pop()
        if key in known and key not in found:
            found.add(key)
            todo += known[key].uses()
    return [artifact for artifact in desired.artifacts if artifact.key in found]


def _known(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """Without those that can't be built before the app is up."""
    found = []
    for artifact in artifacts:
        if GATEWAY in artifact.tools:
            progress(f"{artifact.owner}: left to `up`, for the gateway's address stands in it")
        else:
            found.append(artifact)
    return found


class _Images(NamedTuple):
    docker: Docker
    bases: Bases


class _Work:
    """Builds, and with `images` images, too."""

    def __init__(self, desired: Desired, wish: Wish, images: _Images | None) -> None:
        self._desired, self._wish, self._images = desired, wish, images
        self._root = cache_folder()
        self._at_once = asyncio.Semaphore(BUILDS_AT_ONCE)
        self._built: dict[str, asyncio.Task[None]] = {}

    async def run(self, artifacts: list[Artifact]) -> list[Row]:
        try:
            async with asyncio.TaskGroup() as group:
                for artifact in artifacts:
                    self._built[artifact.key] = group.create_task(self._build(artifact))
                rows = [group.create_task(self._row(artifact)) for artifact in artifacts]
        except BaseExceptionGroup as problems:
            # The first ends the others; what is built stays built.
            ours, others = problems.split(ShoalError)
            if ours is None or others is not None:
                raise
            raise _first(ours) from None
        return [row.result() for row in rows]

    async def _build(self, artifact: Artifact) -> None:
        await self._after(artifact.uses())
        async with self._at_once:
            if await asyncio.to_thread(is_built, self._root, artifact.key):
                progress(f"{artifact.owner}: built")
                return

            def report(step: str, note: str, seconds: float | None) -> None:
                if seconds is None:
                    progress(f"{artifact.owner}: {step}{f' ({note})' if note else ''}")
                else:
                    progress(f"{artifact.owner}: {step} took {seconds:.1f} s")

            await build(artifact, root=self._root, report=report)

    async def _row(self, artifact: Artifact) -> Row:
        """The image of a build needs those of others that are in it."""
        mine = [w for w in self._desired.workloads if w.artifact == artifact.key]
        services = tuple(dict.fromkeys(w.owner for w in mine))
        await self._after([artifact.key, *(key for w in mine for key in w.artifacts())])
        row = Row(artifact, services, artifact_folder(self._root, artifact.key))
        if self._images is None or artifact.packing is None or not mine:
            if any(w.image and w.image.dockerfile for w in mine):
                progress(f"{artifact.owner}: left to `up`, for the engine builds its Dockerfile")
            return row
        async with self._at_once:
            with refusals():
                return await self._imaged(row, self._images)

    async def _imaged(self, row: Row, images: _Images) -> Row:
        of = wanted(self._desired, row.artifact)
        if not self._wish.push:
            image = await ensure_image(images.docker, of, images.bases, self._root)
            progress(f"{row.artifact.owner}: image {_sent(image.sent)}")
            return row._replace(image=image)
        image = await made_image(of, images.bases, self._root)
        pushed = await push(images.docker, image, self._wish.push, self._root)
        progress(f"{row.artifact.owner}: image {_sent(pushed.sent)}")
        return row._replace(image=image, pushed=pushed)

    async def _after(self, keys: Iterable[str]) -> None:
        await asyncio.gather(*(self._built[key] for key in keys if key in self._built))


def _sent(count: int) -> str:
    return f"sent, {size(count)}" if count else "is there"


def _first(problems: BaseExceptionGroup[ShoalError]) -> ShoalError:
    found = problems.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found

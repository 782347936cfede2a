"""Which image each workload of an app runs from: made of its artifact, or official; and that the engine has it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.build.image import Bases, Lock, Plan, build_by_engine, ensure_image, lock_beside, tag_of, wanted
from shoal.build.store import artifact_folder
from shoal.control.environment import Environment
from shoal.drivers.docker.connection import asking
from shoal.drivers.docker.images import official
from shoal.errors import DriverFailed, ShoalError
from shoal.model.workload import Artifact, Workload

if TYPE_CHECKING:
    from aiodocker import Docker

Report = Callable[[str, str, str], None]


class Imager:
    """`report` tells events (kind, workload, text). `made` are the keys of artifacts whose images were there once: each
    start looks again."""

    def __init__(self, environment: Environment, cache: Path, report: Report) -> None:
        self._environment, self._cache, self._report = environment, cache, report
        self._bases: Bases | None = None
        self._folder = ""
        self.made: set[str] = set()
        self._tidied = 0
        self._making: dict[str, asyncio.Lock] = {}

    async def run(self, client: Callable[[], Docker]) -> None:
        """For ever: whenever another release has come to rest, drop the images that no kept release would need."""
        loop = self._environment.loop
        while True:
            await loop.until(lambda: self._number() not in (0, self._tidied) and self._environment.settled())
            self._tidied = self._number()
            try:
                await self._collect(client())
            except (ShoalError, OSError) as problem:
                self._report("image", "", f"old ones are still there: {problem}")

    def _number(self) -> int:
        release = self._environment.release
        return release.wanted.number if release and not release.wanted.down else 0

    async def _collect(self, docker: Docker) -> None:
        """One that a container stands on stays: the engine sees to that."""
        import aiodocker

        environment = self._environment
        kept = [environment.releases.read(number) for number in environment.releases.numbers()]
        wanted_by = [environment.desired_of(release) for release in (*kept, environment.running())]
        keys = {artifact.key for desired in wanted_by for artifact in desired.artifacts}
        with asking("looking for old images"):
            for found in await docker.images.list(filters={"label": [f"shoal.app={environment.loop.desired.app}"]}):
                if found["Labels"].get("shoal.artifact") not in keys:
                    with contextlib.suppress(aiodocker.DockerError):
                        await docker.images.delete(found["Id"])

    async def make(self, docker: Docker, artifact: Artifact) -> None:
        """All images that come of a built artifact. Raises what `of` raises."""
        users = [w for w in self._environment.loop.desired.workloads if w.artifact == artifact.key]
        with asking(f"the image of {artifact.owner}"):
            for workload in users:
                await self.of(docker, workload)
        self.made.add(artifact.key)

    async def of(self, docker: Docker, workload: Workload) -> str:
        """What a container of it is created from. Raises `BuildFailed`, `DriverFailed`, `FileError`."""
        if not workload.artifact or (workload.image and workload.image.reference):
            return (await self._known(docker, workload).of(official(workload))).id
        desired = self._environment.loop.desired
        artifact = next((a for a in desired.artifacts if a.key == workload.artifact), None)
        if artifact is None:
            return await _of_before(docker, workload)
        if workload.image:
            return await self._built(docker, workload)
        asked = wanted(desired, artifact)
        async with self._alone(asked.identity):
            image = await ensure_image(docker, asked, self._known(docker, workload), self._cache)
        if image.sent:
            self._report("image", workload.name, f"{image.tag}: {image.sent / 1e6:.1f} MB to the engine")
        return image.id

    async def _built(self, docker: Docker, workload: Workload) -> str:
        """By the engine, of the service's own Dockerfile."""
        assert workload.image is not None
        tag = tag_of(self._environment.loop.desired.app, workload.owner, workload.artifact, workload.image)
        async with self._alone(tag):
            if not await docker.images.list(filters={"reference": [tag]}):
                app = self._environment.loop.desired.app
                labels = {"shoal.app": app, "shoal.artifact": workload.artifact, "shoal.service": workload.owner}
                folder = artifact_folder(self._cache, workload.artifact)
                plan = Plan(folder, workload.owner, workload.image, tag, labels)
                await build_by_engine(docker, plan, lambda step: self._report("image", workload.name, step))
        return tag

    def _alone(self, what: str) -> asyncio.Lock:
        return self._making.setdefault(what, asyncio.Lock())

    def _known(self, docker: Docker, workload: Workload) -> Bases:
        release = self._environment.release
        folder = release.wanted.app.folder if release else ""
        if self._bases is None or folder != self._folder:
            lock = Lock(lock_beside(Path(folder)))
            self._bases = Bases(docker, lock, report=lambda text: self._report("image", workload.name, text))
            self._folder = folder
        return self._bases


async def _of_before(docker: Docker, workload: Workload) -> str:
    """Of a release that is on its way out: its image was made when it was wanted."""
    wanted_label = f"shoal.artifact={workload.artifact}"
    for found in await docker.images.list(filters={"label": [wanted_label]}):
        return str(found["Id"])
    hint = "say `shoal up` again: the service is built anew"
    raise DriverFailed(f"the image of {workload.name} as it was before has been removed", hint=hint)

"""Which image each workload of an app runs from: made of its artifact, or official; and that the engine has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.build.image import Bases, Lock, ensure_image, lock_beside, wanted
from shoal.control.environment import Environment
from shoal.drivers.docker.images import official
from shoal.errors import DriverFailed
from shoal.model.workload import Workload

if TYPE_CHECKING:
    from aiodocker import Docker

Report = Callable[[str, str, str], None]


class Imager:
    """`report` tells events (kind, workload, text)."""

    def __init__(self, environment: Environment, cache: Path, report: Report) -> None:
        self._environment, self._cache, self._report = environment, cache, report
        self._bases: Bases | None = None
        self._folder = ""
        self._made: dict[str, str] = {}
        self._making: dict[str, asyncio.Lock] = {}

    async def of(self, docker: Docker, workload: Workload) -> str:
        """What a container of it is created from. Raises `BuildFailed`, `DriverFailed`, `FileError`."""
        if workload.image is not None or not workload.artifact:
            base = await self._known(docker, workload).of(official(workload))
            return base.id
        async with self._making.setdefault(workload.artifact, asyncio.Lock()):
            if workload.artifact not in self._made:
                self._made[workload.artifact] = await self._make(docker, workload)
            return self._made[workload.artifact]

    def lost(self, workload: Workload) -> None:
        """The engine hasn't got it any more: it is looked for anew."""
        self._made.pop(workload.artifact, None)
        self._bases = None

    async def _make(self, docker: Docker, workload: Workload) -> str:
        desired = self._environment.loop.desired
        artifact = next((a for a in desired.artifacts if a.key == workload.artifact), None)
        if artifact is None:
            return await _of_before(docker, workload)
        image = await ensure_image(docker, wanted(desired, artifact), self._known(docker, workload), self._cache)
        if image.sent:
            self._report("image", workload.name, f"{image.tag}: {image.sent / 1e6:.1f} MB to the engine")
        return image.id

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

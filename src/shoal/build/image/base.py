"""Official images that others stand on: pulled by the engine, the same one until somebody asks for a newer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shoal.build.image.config import Base
from shoal.build.image.credentials import credentials
from shoal.build.image.lock import Lock
from shoal.build.image.reference import Reference, parse
from shoal.errors import DriverFailed

if TYPE_CHECKING:
    from aiodocker import Docker

NOT_FOUND = 404
UNREACHED = 900
"""What the client calls it when no engine answers."""

Report = Callable[[str], None]


class Bases:
    """`update`: names are resolved anew, whatever the lock says. `report` is told what takes long, in a line."""

    def __init__(self, docker: Docker, lock: Lock, *, update: bool = False, report: Report = lambda text: None) -> None:
        self._docker, self._lock, self._update, self._report = docker, lock, update, report
        self._one_at_a_time: dict[str, asyncio.Lock] = {}
        self._found: dict[str, Base] = {}

    async def of(self, name: str) -> Base:
        """Raises `DriverFailed` if it can't be had."""
        async with self._one_at_a_time.setdefault(name, asyncio.Lock()):
            if name not in self._found:
                self._found[name] = await self._resolved(name)
            return self._found[name]

    def forget(self, name: str) -> None:
        """The engine may have lost it."""
        self._found.pop(name, None)

    async def _resolved(self, name: str) -> Base:
        asked = parse(name)
        pinned = "" if self._update else self._lock.digest(name)
        wanted = asked.at(pinned) if pinned else asked
        image, digest = None if self._update else await self._inspected(wanted), pinned
        if image is None:
            digest = await self._pulled(wanted, name) or pinned
            image = await self._inspected(wanted)
        if image is None:
            raise _missing(name, "the engine has pulled it, and doesn't have it")
        digest = digest or _digest(image, asked)
        self._note(name, digest)
        return _base(name, digest, image)

    def _note(self, name: str, digest: str) -> None:
        try:
            self._lock.note(name, digest)
        except OSError as problem:
            self._report(
                f"{self._lock.file.name} can't be written ({problem.strerror}): {name} may be another next time"
            )

    async def _inspected(self, wanted: Reference) -> dict[str, Any] | None:
        import aiodocker

        try:
            return await self._docker.images.inspect(wanted.familiar())
        except aiodocker.DockerError as problem:
            if problem.status != NOT_FOUND:
                raise
            return None

    async def _pulled(self, wanted: Reference, name: str) -> str:
        """Returns the digest that the registry told."""
        import aiodocker

        self._report(f"pulling {name}")
        known = await asyncio.to_thread(credentials, wanted.registry)
        auth = known and known.for_engine(wanted.registry)
        name = f"{name} of {self._lock.file.name} ({wanted.version})" if wanted.pinned else name
        try:
            told = await self._docker.images.pull(str(wanted) if auth else wanted.familiar(), auth=auth)
        except aiodocker.DockerError as problem:
            if problem.status == UNREACHED:
                raise
            raise _missing(name, problem.message) from None
        said = (str(line.get("status", "")) for line in told)
        return next((line.removeprefix("Digest: ") for line in said if line.startswith("Digest: ")), "")


def _missing(name: str, why: str) -> DriverFailed:
    hint = "can the engine reach its registry? Is it private: `docker login`; gone there: `shoal build --update`"
    return DriverFailed(f"the image {name} can't be had: {why.strip()}", hint=hint)


def _digest(image: dict[str, Any], asked: Reference) -> str:
    """Of an image that was there already; nothing for one that came from no registry."""
    mine = [each for each in image.get("RepoDigests") or () if parse(each)[:2] == asked[:2]]
    return mine[0].partition("@")[2] if mine else ""


def _base(name: str, digest: str, image: dict[str, Any]) -> Base:
    return Base(
        reference=name,
        digest=digest,
        id=image["Id"],
        architecture=image["Architecture"],
        os=image["Os"],
        layers=tuple(image["RootFS"]["Layers"]),
        env=tuple((image.get("Config") or {}).get("Env") or ()),
        variant=image.get("Variant") or "",
    )

"""An artifact that is built → an image that the engine has."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shoal.build.image.base import Bases
from shoal.build.image.config import Base, Config, config
from shoal.build.image.load import found, load
from shoal.build.image.pack import Packed, pack
from shoal.build.image.wanted import Wanted

if TYPE_CHECKING:
    from aiodocker import Docker


class Image(msgspec.Struct, frozen=True):
    """`size` is that of its own layers, above those of `base`; `sent` is what went to the engine for it (0: it was
    there)."""

    id: str
    tag: str
    base: Base
    config: Config
    packed: tuple[Packed, ...]
    sent: int = 0

    @property
    def size(self) -> int:
        return sum(each.layer.size for each in self.packed)


async def made_image(wanted: Wanted, bases: Bases, root: Path) -> Image:
    """Not in the engine yet: its id is the one that its configuration gives it. `root` is the cache, where the artifact
    is built. Raises `BuildFailed` and `DriverFailed`; what the client raises when no engine answers goes through."""
    base = await bases.of(wanted.packing.base)
    packed = await asyncio.to_thread(pack, wanted, root)
    made = config(base, packed, wanted)
    return Image(made.id, wanted.tag, base, made, packed)


async def ensure_image(docker: Docker, wanted: Wanted, bases: Bases, root: Path) -> Image:
    """The same, in the engine, with its id there."""
    image = await made_image(wanted, bases, root)
    here = await found(docker, image.config, wanted.tag)
    if here:
        return msgspec.structs.replace(image, id=here)
    loaded = await load(docker, image.config, image.packed, image.base, wanted)
    return msgspec.structs.replace(image, id=loaded.id, sent=loaded.sent)

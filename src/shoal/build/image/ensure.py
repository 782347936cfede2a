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


async def ensure_image(docker: Docker, wanted: Wanted, bases: Bases, root: Path) -> Image:
    """`root` is the cache, where the artifact is built. Raises `BuildFailed` and `DriverFailed`; what the client raises
    when no engine answers goes through."""
    base = await bases.of(wanted.packing.base)
    packed = await asyncio.to_thread(pack, wanted, root)
    made = config(base, packed, wanted)
    here = await found(docker, made, wanted.tag)
    if here:
        return Image(here, wanted.tag, base, made, packed)
    loaded = await load(docker, made, packed, base, wanted)
    return Image(loaded.id, wanted.tag, base, made, packed, loaded.sent)

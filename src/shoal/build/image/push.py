"""An image gets into a registry: its layers as shoal writes them, those of its base as the engine has them."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import json
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from shoal.build.image.archive import BLOCK, MANIFEST, written
from shoal.build.image.config import Base
from shoal.build.image.ensure import Image
from shoal.build.image.load import export
from shoal.build.image.registry import Registry
from shoal.errors import DriverFailed

if TYPE_CHECKING:
    from aiodocker import Docker

TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
LEVEL = 6
GZIP = b"\x1f\x8b"
REMEMBERED = 500


class Pushed(NamedTuple):
    """`sent` are bytes; what the registry had isn't sent."""

    reference: str
    digest: str
    sent: int


class Blob(msgspec.Struct, frozen=True):
    """A layer, compressed."""

    digest: str
    size: int


async def push(docker: Docker, image: Image, destination: str, root: Path) -> Pushed:
    """`destination`: a registry, and what is to stand before the image's name there (`registry.example/team`). `root`
    is the cache. Raises `DriverFailed`, `BuildFailed`."""
    host, _, prefix = destination.rstrip("/").partition("/")
    name, _, tag = image.tag.removeprefix("shoal/").partition(":")
    repository = f"{prefix}/{name}" if prefix else name
    async with Registry(host, repository) as registry:
        with tempfile.TemporaryDirectory() as folder:
            work = _Push(docker, image, registry, _Memory(root / "images" / "compressed.json"), Path(folder))
            manifest = await work.whole()
            await registry.name(tag, manifest, TYPE)
    digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    return Pushed(f"{host}/{repository}:{tag}", digest, work.sent)


class _Push:
    def __init__(self, docker: Docker, image: Image, registry: Registry, memory: _Memory, folder: Path) -> None:
        self._docker, self._image, self._registry, self._memory = docker, image, registry, memory
        self._folder = folder
        self._exported: Path | None = None
        self.sent = 0

    async def whole(self) -> bytes:
        """The manifest, when all that it names is there."""
        blobs = [await self._layer(layer) for layer in self._image.config.layers]
        config = self._folder / "config.json"
        config.write_bytes(self._image.config.text)
        await self._put(self._image.config.id, config)
        told = {
            "schemaVersion": 2,
            "mediaType": TYPE,
            "config": _described(CONFIG_TYPE, Blob(self._image.config.id, len(self._image.config.text))),
            "layers": [_described(LAYER_TYPE, blob) for blob in blobs],
        }
        return json.dumps(told, separators=(",", ":")).encode()

    async def _layer(self, layer: str) -> Blob:
        """Compressed only if it isn't known to be there."""
        known = self._memory.known(layer)
        if known and await self._registry.has(known.digest):
            return known
        into = self._folder / "layer.gz"
        async with self._content(layer) as chunks:
            blob = await asyncio.to_thread(_compressed, chunks, into)
        self._memory.note(layer, blob)
        await self._put(blob.digest, into)
        return blob

    async def _put(self, digest: str, content: Path) -> None:
        if not await self._registry.has(digest):
            await self._registry.put(digest, content)
            self.sent += content.stat().st_size

    @contextlib.asynccontextmanager
    async def _content(self, layer: str) -> AsyncIterator[Iterable[bytes]]:
        own = {packed.layer.digest: packed for packed in self._image.packed}
        if layer in own:
            yield written(own[layer])
            return
        if self._exported is None:
            self._exported = await export(self._docker, self._image.base.id, self._folder / "base.tar")
        with tarfile.open(self._exported) as tar:
            yield _of_base(tar, layer, self._image.base)


def _of_base(tar: tarfile.TarFile, layer: str, base: Base) -> Iterator[bytes]:
    """Some engines give their layers away compressed."""
    manifest = tar.extractfile(MANIFEST)
    assert manifest is not None
    found = tar.extractfile(json.load(manifest)[0]["Layers"][base.layers.index(layer)])
    assert found is not None
    zipped = found.read(len(GZIP)) == GZIP
    found.seek(0)
    digest, file = hashlib.sha256(), gzip.GzipFile(fileobj=found) if zipped else found
    while chunk := file.read(BLOCK):
        digest.update(chunk)
        yield chunk
    if f"sha256:{digest.hexdigest()}" != layer:
        raise DriverFailed(f"the engine gives {base.reference} away in a form that isn't known")


def _compressed(chunks: Iterable[bytes], into: Path) -> Blob:
    """Without a time or a name, so that it is the same each time."""
    with into.open("wb") as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as zipped:
        for chunk in chunks:
            zipped.write(chunk)
    return Blob(f"sha256:{_digest(into)}", into.stat().st_size)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _described(kind: str, blob: Blob) -> dict[str, Any]:
    return {"mediaType": kind, "digest": blob.digest, "size": blob.size}


class _Memory:
    """Which compressed blob a layer was the last time: whether a registry has it can be asked without making it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._blobs = msgspec.json.decode(file.read_bytes(), type=dict[str, Blob])
        except (OSError, msgspec.DecodeError):
            self._blobs = {}

    def known(self, layer: str) -> Blob | None:
        return self._blobs.get(layer)

    def note(self, layer: str, blob: Blob) -> None:
        self._blobs = dict([*self._blobs.items(), (layer, blob)][-REMEMBERED:])
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(self._blobs))
            fresh.replace(self._file)

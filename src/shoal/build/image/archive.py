"""An image as engines load it: a tar of its configuration, a list, and those of its layers that are sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tarfile
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from pathlib import Path

from shoal.build.image.config import Config
from shoal.build.image.layer import END, Tar
from shoal.build.image.pack import Packed
from shoal.errors import BuildFailed

BLOCK = 1 << 20
MANIFEST = "manifest.json"
LISTS = (MANIFEST, "repositories", "index.json", "oci-layout")


def archive(config: Config, tag: str, sent: Sequence[Packed], base: Path | None = None) -> Iterator[bytes]:
    """`sent` are layers with what they hold; of the others the engine has what it needs. `base`: the base as the
    engine exports it, for one that insists on having all of it."""
    places = {layer: f"{_plain(layer)}/layer.tar" for layer in config.layers}
    if base:
        there = yield from _copied(base)
        places |= dict(zip(config.layers, there, strict=False))
    for packed in sent:
        yield from _member(places[packed.layer.digest], packed.layer.size, written(packed))
    name = f"{_plain(config.id)}.json"
    yield from _member(name, len(config.text), [config.text])
    told = [{"Config": name, "RepoTags": [tag], "Layers": [places[layer] for layer in config.layers]}]
    whole = json.dumps(told).encode()
    yield from _member(MANIFEST, len(whole), [whole])
    yield END


def written(packed: Packed) -> Iterator[bytes]:
    """The bytes of a layer, checked against what was measured. Raises `BuildFailed`."""
    digest = hashlib.sha256()
    for chunk in Tar(packed.part):
        digest.update(chunk)
        yield chunk
    if f"sha256:{digest.hexdigest()}" != packed.layer.digest:
        what = f"{packed.note}: its files have changed while they were sent"
        raise BuildFailed(what, hint="something writes to the build; try again when it has come to rest")


async def streamed(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """In large blocks, made beside the loop."""
    blocks = _blocks(iter(chunks))
    while block := await asyncio.to_thread(next, blocks, b""):
        yield block


def _blocks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for chunk in chunks:
        block += chunk
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _member(name: str, size: int, content: Iterable[bytes]) -> Iterator[bytes]:
    told = tarfile.TarInfo(name)
    told.size, told.mode = size, 0o644
    yield told.tobuf(tarfile.PAX_FORMAT, "utf-8")
    yield from content
    yield b"\0" * (-size % tarfile.BLOCKSIZE)


def _copied(base: Path) -> Generator[bytes, None, list[str]]:
    """All of an export but its lists; returns where its layers lie, the lowest first."""
    with tarfile.open(base) as tar:
        for member in tar:
            if member.name not in LISTS:
                yield member.tobuf(tarfile.PAX_FORMAT, "utf-8")
                if member.isreg():
                    yield from _content(tar, member)
        found = tar.extractfile(MANIFEST)
        assert found is not None
        layers: list[str] = json.load(found)[0]["Layers"]
    return layers


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = tar.extractfile(member)
    assert file is not None
    while chunk := file.read(BLOCK):
        yield chunk
    yield b"\0" * (-member.size % tarfile.BLOCKSIZE)


def _plain(digest: str) -> str:
    return digest.partition(":")[2]

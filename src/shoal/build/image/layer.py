"""One layer of an image as a tar: the same files give the same bytes, whenever and wherever they were made."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from shoal.build.image.bytecode import Bytecode
from shoal.build.image.content import Content, Contents
from shoal.build.image.tree import Item

EPOCH = 946684800
"""The time of folders and links, and the earliest of files."""

SPREAD = 1 << 29
END = b"\0" * (2 * tarfile.BLOCKSIZE)


class Layer(msgspec.Struct, frozen=True):
    """What is known of a layer without having it: the digest and size of its tar, an example of a program for each
    processor (ELF's number) that it has some for, and the keys of other artifacts that it names."""

    digest: str
    size: int
    machines: dict[int, str] = {}
    others: tuple[str, ...] = ()


class Part(NamedTuple):
    """What a layer is made of: items that lie at `at` in the image, and what is `written` besides (relative path ->
    content, where there is no such item). `compiled` are Python's modules."""

    at: str
    items: tuple[Item, ...]
    contents: Contents
    written: Mapping[str, bytes] = {}
    compiled: Bytecode | None = None


class Tar:
    """The bytes of a layer, made as they are read; `machines` is whole afterwards."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.machines: dict[int, str] = {}

    def __iter__(self) -> Iterator[bytes]:
        part = self._part
        for folder in _above(part.at):
            yield _header(folder, tarfile.DIRTYPE)
        for item in part.items:
            yield from self._one(item)
        yield from self._more({item.name for item in part.items})
        yield END

    def _one(self, item: Item) -> Iterator[bytes]:
        name = f"{self._part.at}/{item.name}"
        if item.link:
            yield _header(name, tarfile.SYMTYPE, link=self._part.contents.link(item))
        elif item.is_folder:
            yield _header(name, tarfile.DIRTYPE)
        else:
            content = self._part.contents.of(item)
            if content.machine:
                self.machines.setdefault(content.machine, item.name)
            yield from _file(name, content, program=item.program)

    def _more(self, there: set[str]) -> Iterator[bytes]:
        """After all else: what is there already has its new content from `Contents`."""
        for name, content in sorted(self._added()):
            if name not in there:
                for folder in _above(name):
                    if folder not in there:
                        there.add(folder)
                        yield _header(f"{self._part.at}/{folder}", tarfile.DIRTYPE)
                yield from _file(f"{self._part.at}/{name}", content, program=False)

    def _added(self) -> Iterator[tuple[str, Content]]:
        for name, data in self._part.written.items():
            yield name, Content(len(data), zlib.crc32(data), 0, data)
        if self._part.compiled:
            yield from self._part.compiled.modules()


def measured(part: Part) -> Layer:
    """Reads all of it once."""
    tar, digest, size = Tar(part), hashlib.sha256(), 0
    for chunk in tar:
        digest.update(chunk)
        size += len(chunk)
    machines = dict(sorted(tar.machines.items()))
    return Layer(f"sha256:{digest.hexdigest()}", size, machines, tuple(sorted(part.contents.others)))


def time_of(content: Content) -> int:
    """Servers of files tell one version from another by size and time alone (an ETag): so the time of a file follows
    from what is in it. With one time for all, a browser would keep an old page of the same length for ever."""
    return EPOCH + content.crc % SPREAD


def _file(name: str, content: Content, *, program: bool) -> Iterator[bytes]:
    mode = 0o755 if program else 0o644
    yield _header(name, tarfile.REGTYPE, mode=mode, size=content.size, mtime=time_of(content))
    yield from content.chunks()
    yield b"\0" * (-content.size % tarfile.BLOCKSIZE)


def _header(name: str, kind: bytes, *, link: str = "", mode: int = 0o755, size: int = 0, mtime: int = EPOCH) -> bytes:
    told = tarfile.TarInfo(name.strip("/"))
    told.type, told.mode, told.size, told.mtime, told.linkname = kind, 0o777 if link else mode, size, mtime, link
    return told.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _above(path: str) -> Iterable[str]:
    """`/builds/k` gives builds, builds/k; of a file, the folders above it and not itself."""
    names = path.strip("/").split("/")
    whole = names if path.startswith("/") else names[:-1]
    return ("/".join(whole[: depth + 1]) for depth in range(len(whole)))

"""What a file of an artifact is in an image: mostly what it is here."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from shoal.build.image import jar, venv
from shoal.build.image.relocation import Relocation
from shoal.build.image.tree import Item

LARGEST_TEXT = 16 << 20
"""What is larger names no folder of this machine, or nobody reads it."""

LOOKED_AT = 8192
CHUNK = 1 << 20

ELF = b"\x7fELF"


class Content(NamedTuple):
    """`size` bytes with the checksum `crc`; `machine` is the processor that it is a program for (0: it is none). Either
    `data`, or too much to hold: then it is read from where it lies."""

    size: int
    crc: int
    machine: int
    data: bytes | None
    path: str = ""
    offset: int = 0

    def chunks(self) -> Iterator[bytes]:
        """As many bytes as it has said, whatever happens to the file meanwhile."""
        if self.data is not None:
            yield self.data
            return
        left = self.size
        with open(self.path, "rb") as file:  # noqa: PTH123
            file.seek(self.offset)
            while left and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
        yield b"\0" * left


class Contents:
    """Of the files of one artifact in `folder`. `written` are those whose text shoal knows better: relative path ->
    content. `others` collects the keys of artifacts that some text names."""

    def __init__(
        self, folder: Path, relocation: Relocation, jars: tuple[str, ...] = (), written: Mapping[str, bytes] = {}
    ) -> None:
        self._folder, self._relocation, self._jars, self._written = folder, relocation, jars, written
        self.others: set[str] = set()

    def link(self, item: Item) -> str:
        self.others |= self._relocation.others(item.link.encode(errors="surrogateescape"))
        moved = self._relocation.path(item.link)
        return moved if moved != item.link else venv.interpreter(item.name, item.link) or item.link

    def of(self, item: Item) -> Content:
        if item.look.st_size > LARGEST_TEXT and item.name not in self._jars:
            return _large(item)
        data = self._data(item.name, Path(item.path))
        return Content(len(data), zlib.crc32(data), machine(data), data)

    def _data(self, name: str, path: Path) -> bytes:
        if name in self._written:
            return self._written[name]
        data = path.read_bytes()
        if name in self._jars:
            return jar.packed_anew(data)
        return data if b"\0" in data[:LOOKED_AT] else self._text(name, data)

    def _text(self, name: str, data: bytes) -> bytes:
        last = name.rpartition("/")[2]
        if last == venv.CONFIG:
            return venv.config(data.decode(errors="replace")).encode()
        if name.endswith(venv.RECORD):
            return venv.record(name, data.decode(), self._known).encode()
        self.others |= self._relocation.others(data)
        moved = self._relocation.text(data)
        return venv.script(moved) if moved is not data else data

    def _known(self, name: str) -> bytes | None:
        path = self._folder / name
        return self._data(name, path) if path.is_file() else None


def machine(data: bytes) -> int:
    """ELF's number of the processor, if it is a program or a library of one."""
    return int.from_bytes(data[18:20], "little" if data[5:6] == b"\x01" else "big") if data.startswith(ELF) else 0


def _large(item: Item) -> Content:
    crc, first = 0, b""
    with open(item.path, "rb") as file:  # noqa: PTH123
        while chunk := file.read(CHUNK):
            first = first or chunk[:20]
            crc = zlib.crc32(chunk, crc)
    return Content(item.look.st_size, crc, machine(first), None, item.path)

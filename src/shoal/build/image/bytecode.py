"""Python's modules, compiled: in a container nothing can be written beside them, and each start would compile them all.

The interpreter that they are for does it, once for a layer; what comes out lies in a file beside the build. It depends
on the text of a module and its place in the image alone, and is never compared with the module: both are read-only.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from shoal.build.image.content import Content, Contents
from shoal.build.image.tree import Item
from shoal.errors import BuildFailed

ENDING = ".py"
LENGTHS = struct.Struct("<II")
PATIENCE = 600.0

COMPILE = """
import importlib.util, marshal, struct, sys
lengths = struct.Struct("<II")
head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
with open(sys.argv[1], "rb") as modules, open(sys.argv[2], "wb") as out:
    while sizes := modules.read(8):
        name, text = (modules.read(size) for size in lengths.unpack(sizes))
        path = name.decode(errors="surrogateescape")
        try:
            code = compile(text, path, "exec", dont_inherit=True, optimize=0)
        except (SyntaxError, ValueError, RecursionError):
            continue
        found = head + importlib.util.source_hash(text) + marshal.dumps(code)
        cached = importlib.util.cache_from_source(path, optimization="").encode(errors="surrogateescape")
        out.write(lengths.pack(len(cached), len(found)) + cached + found)
"""
"""A module that isn't one (a template, a test of a parser) stays as it is. Of each other: the lengths of a path and of
a content, and those."""


class Bytecode:
    """Of those `items` that are modules, which lie at `at` in the image."""

    def __init__(self, interpreter: Path, items: tuple[Item, ...], contents: Contents, at: str) -> None:
        self._interpreter, self._contents, self._at = interpreter, contents, at
        self._items = tuple(item for item in items if item.name.endswith(ENDING) and not item.link)
        self._file: Path | None = None

    @property
    def version(self) -> str:
        """What tells this interpreter from others."""
        return os.path.realpath(self._interpreter)

    def kept(self, file: Path) -> Bytecode:
        """The same, with a file to keep what was compiled in, for the next time."""
        same = Bytecode(self._interpreter, self._items, self._contents, self._at)
        same._file = file
        return same

    def modules(self) -> Iterator[tuple[str, Content]]:
        """Relative paths, and what is there. Raises `BuildFailed` if the interpreter doesn't run."""
        assert self._file is not None
        if not self._items:
            return
        if not self._file.is_file():
            self._compile(self._file)
        with self._file.open("rb") as file:
            while sizes := file.read(LENGTHS.size):
                path, size = LENGTHS.unpack(sizes)
                name = os.fsdecode(file.read(path)).removeprefix(f"{self._at}/")
                offset = file.tell()
                yield name, Content(size, zlib.crc32(file.read(size)), 0, None, str(self._file), offset)

    def _compile(self, into: Path) -> None:
        """Made beside, then moved: whoever finds it finds it whole."""
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into.parent) as folder:
            modules, made = Path(folder) / "modules", Path(folder) / "made"
            with modules.open("wb") as file:
                for item in self._items:
                    self._write(file, item)
            command = (self._interpreter, "-I", "-S", "-W", "ignore", "-c", COMPILE, modules, made)
            env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            self._run(tuple(map(str, command)), env | {"PYTHONHASHSEED": "0"})
            made.replace(into)

    def _write(self, file: IO[bytes], item: Item) -> None:
        text = b"".join(self._contents.of(item).chunks())
        name = os.fsencode(f"{self._at}/{item.name}")
        file.write(LENGTHS.pack(len(name), len(text)) + name + text)

    def _run(self, command: tuple[str, ...], env: dict[str, str]) -> None:
        try:
            done = subprocess.run(command, env=env, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise _failed(command[0], str(problem)) from None
        if done.returncode:
            raise _failed(command[0], done.stderr.decode(errors="replace").strip()[-500:])


def _failed(interpreter: str, why: str) -> BuildFailed:
    return BuildFailed(f"{interpreter} can't compile the modules of its image: {why}", hint=f"try it: {interpreter} -V")

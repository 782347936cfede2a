"""A folder as `init` sees it: which parts of it are recognised by a stack, and the texts of their code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from shoal.build.source import glance
from shoal.build.tree import walk
from shoal.draft import Folder, Part, look
from shoal.stacks import COMMON_IGNORE

DEEPEST = 3  # folders in folders
MOST = 2000  # files of code per part
LARGEST = 200_000  # bytes of one
CODE = re.compile(r".+\.([mc]?js|m?ts|[jt]sx|py|java|kt|go|rb|rs|php|cs|ya?ml|properties|toml)")
ASIDE = frozenset(
    {"test", "tests", "__tests__", "spec", "docs", "doc", "examples", "vendor", "dist", "build", "target"}
)


def parts(folder: Path) -> list[Part]:
    """The folders below that are recognised, each without what is in another one; else the folder itself."""
    found = list(_below(folder, folder, 1))
    return found or list(_part(folder, folder))


def _below(root: Path, folder: Path, depth: int) -> Iterator[Part]:
    for child in sorted(folder.iterdir()):
        if not child.is_dir() or child.is_symlink() or _aside(child.name):
            continue
        here = list(_part(root, child))
        yield from here
        if not here and depth < DEEPEST:
            yield from _below(root, child, depth + 1)


def _part(root: Path, folder: Path) -> Iterator[Part]:
    path = folder.relative_to(root).as_posix()
    source = glance(folder, COMMON_IGNORE)
    if look(Folder(path, source)) and (part := look(Folder(path, source, tuple(_code(folder))))):
        yield part


def _aside(name: str) -> bool:
    """Names that aren't UTF-8 couldn't stand in a shoal.yaml."""
    return not name.isprintable() or name.startswith(".") or name in COMMON_IGNORE or name in ASIDE


def _code(folder: Path) -> Iterator[str]:
    files = [entry for entry in walk(folder, COMMON_IGNORE) if not entry.link and CODE.fullmatch(entry.path.name)]
    own = [entry for entry in files if not any(_aside(step) for step in entry.name.split("/")[:-1])]
    for entry in own[:MOST]:
        if entry.path.stat().st_size <= LARGEST:
            yield entry.path.read_text(errors="replace")

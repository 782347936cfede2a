"""Writes one layer: a tar whose bytes depend on nothing but what is in it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import IO, NamedTuple

MTIME = 1_767_225_600  # the first of January 2026: JVMs and Python's caches compare times


class Owner(NamedTuple):
    uid: int = 0
    gid: int = 0


ROOT = Owner()


class Tree:
    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.GNU_FORMAT)
        self._folders: set[str] = set()

    def close(self) -> None:
        self._tar.close()

    def folder(self, path: str, mode: int = 0o755, owner: Owner = ROOT) -> None:
        if path not in self._folders:
            self._folders.add(path)
            self._add(path, tarfile.DIRTYPE, mode, owner)

    def text(self, path: str, content: bytes, mode: int = 0o644, owner: Owner = ROOT) -> None:
        self._add(path, tarfile.REGTYPE, mode, owner, content=io.BytesIO(content), size=len(content))

    def link(self, path: str, target: str) -> None:
        self._add(path, tarfile.SYMTYPE, 0o777, ROOT, target=target)

    def file(self, path: str, source: Path) -> None:
        """With its mode, as root's."""
        status = source.stat()
        with source.open("rb") as content:
            self._add(path, tarfile.REGTYPE, status.st_mode & 0o755, ROOT, content=content, size=status.st_size)

    def member(self, member: tarfile.TarInfo, content: IO[bytes] | None) -> None:
        """One of another tar, as it is there."""
        if member.isdir():
            if member.name in self._folders:
                return
            self._folders.add(member.name)
        member.mtime, member.uname, member.gname, member.pax_headers = MTIME, "", "", {}
        self._tar.addfile(member, content)

    def _add(
        self, path: str, kind: bytes, mode: int, owner: Owner, *, content: IO[bytes] | None = None, size: int = 0,
        target: str = "",
    ) -> None:  # fmt: skip
        member = tarfile.TarInfo(path.strip("/"))
        member.type, member.mode, member.mtime, member.size, member.linkname = kind, mode, MTIME, size, target
        member.uid, member.gid = owner
        self._tar.addfile(member, content)

"""Files on their way into a container: an archive whose owner is who will read them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from shoal.model.workload import Copy

CODE = ("jobs",)


def of_files(files: Mapping[Path, Copy], root: Path, owner: int, folders: Mapping[Path, int]) -> bytes:
    """An archive to be unpacked at `root`: `folders` (path -> mode) first, then the files, for their owner only."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        above = {parent for path in files for parent in path.parents if parent.is_relative_to(root) and parent != root}
        modes = dict.fromkeys(above, 0o700) | dict(folders)
        for folder in sorted(modes):
            tar.addfile(_entry(folder, root, owner, modes[folder], tarfile.DIRTYPE))
        for path, copy in sorted(files.items()):
            entry = _entry(path, root, owner, 0o700 if copy.executable else 0o600, tarfile.REGTYPE)
            entry.size = len(copy.data)
            tar.addfile(entry, io.BytesIO(copy.data))
    return out.getvalue()


def of_package(folder: Path, root: Path, at: Path) -> dict[Path, Copy]:
    """A package of Python's, as files below `at`."""
    return {
        at / PurePosixPath(path.relative_to(root)): Copy(path.read_bytes())
        for path in sorted(folder.rglob("*.py"))
        if path.is_file()
    }


def _entry(path: Path, root: Path, owner: int, mode: int, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(str(path.relative_to(root)))
    entry.type, entry.mode, entry.uid, entry.gid = kind, mode, owner, owner
    return entry

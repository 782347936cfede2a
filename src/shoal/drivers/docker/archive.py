"""Files on their way into a container: an archive whose owner is who will read them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from shoal.model.workload import Copy


def of_files(
    files: Mapping[Path, Copy], root: Path, owner: int, folders: Mapping[Path, int], *, public: bool = False
) -> bytes:
    """An archive to be unpacked at `root`: `folders` (path -> mode) first, then the files, for their owner only; or
    for everybody in the container, where nobody knows who its program runs as."""
    others = 0o044 if public else 0
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        above = {parent for path in files for parent in path.parents if root in parent.parents}
        modes = dict.fromkeys(above, 0o700) | dict(folders)
        for folder in sorted(modes):
            mode = modes[folder] | (0o055 if public else 0)
            tar.addfile(_entry(folder, root, owner, mode, tarfile.DIRTYPE))
        for path, copy in sorted(files.items()):
            mode = (0o700 | others | (others >> 2) if copy.executable else 0o600) | others
            entry = _entry(path, root, owner, mode, tarfile.REGTYPE)
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

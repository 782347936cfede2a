"""What `files` copies from the app's folder: a file, or all files of a folder."""

from __future__ import annotations

from pathlib import Path

from shoal.build.tree import walk
from shoal.errors import FileError, MissingFile
from shoal.model.workload import Copy

LARGEST = 16 << 20


def read_copies(path: Path) -> dict[str, Copy]:
    """Relative path -> content; the path is empty for a file itself. Raises `MissingFile`, and `FileError` when it is
    more than configuration can be: it is kept with every release."""
    names = {"": path} if not path.is_dir() else {entry.name: entry.path for entry in walk(path, ())}
    if sum(_size(file) for file in names.values()) > LARGEST:
        hint = "`files` is for configuration; let the service read data from its own folder, or keep it in a database"
        raise FileError(f"{path} has more than {LARGEST >> 20} MiB", hint=hint)
    return {name: _copy(file) for name, file in names.items()}


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _copy(file: Path) -> Copy:
    try:
        return Copy(file.read_bytes(), executable=bool(file.stat().st_mode & 0o100))
    except OSError as problem:
        hint = "a link to a folder isn't followed: name that folder itself" if file.is_dir() else ""
        raise MissingFile(f"{file}: {problem.strerror}", hint=hint) from None

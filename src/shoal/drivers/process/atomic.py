"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write(
    path: Path, content: str | bytes, *, mode: int = 0o600, lasting: bool = False, through: Path | None = None
) -> None:
    """Writes a temporary file in `through` (default: beside it) and renames it; `lasting` also survives a power cut.
    Raises OSError, and then all is as it was."""
    temporary = (through or path.parent) / f".{path.name}.{os.getpid()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            if lasting:
                file.flush()
                os.fsync(descriptor)
        temporary.rename(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        problem.filename = str(path)  # a full disk doesn't say it
        raise

"""What a project's `.gitignore` says of single names. Its rules about paths and its exceptions aren't followed: this is
for leaving noise unheard, not for leaving files out of a build."""

from __future__ import annotations

from pathlib import Path


def untracked(folder: Path) -> tuple[str, ...]:
    """Patterns of names, of the folder's own `.gitignore` and of those above it, as far up as its repository goes."""
    folder = folder.resolve()
    above = [folder, *folder.parents]
    root = next((n for n, one in enumerate(above) if (one / ".git").exists()), 0)
    return tuple(dict.fromkeys(name for one in above[: root + 1] for name in _names(one / ".gitignore")))


def _names(file: Path) -> list[str]:
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return []
    names = (line.strip().removesuffix("/") for line in lines)
    return [name for name in names if name and "/" not in name and name[0] not in "#!"]

"""Built artifacts on disk: one folder per key, whole or not there. Anything else found in its place is wiped."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import time
from pathlib import Path

MARKER = ".shoal/done"
"""Written last: a folder without it is half built. It lists what was there and which files were empty, so that a
plundered folder shows, and one whose files a crash of the machine has emptied."""

PART = ".shoal/part"
"""Names the part (shoal.build.parts) that a build was given."""


def artifact_folder(root: Path, key: str) -> Path:
    """Where the artifact lies, built or not. `root` is the cache folder."""
    return root / "builds" / key


def log_file(root: Path, key: str) -> Path:
    return root / "builds" / f"{key}.log"


def lock_file(root: Path, key: str) -> Path:
    return root / "builds" / f"{key}.lock"


def is_built(root: Path, key: str) -> bool:
    """Whether the folder is whole: its marker can be read and everything that it names is still there."""
    folder = artifact_folder(root, key)
    try:
        named = json.loads((folder / MARKER).read_bytes())
        empty = named.get("empty", named["entries"])  # markers of an older shoal don't say
        return all(_whole(folder / name, name in empty) for name in named["entries"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def mark_built(root: Path, key: str) -> None:
    folder = artifact_folder(root, key)
    marker = folder / MARKER
    marker.parent.mkdir(exist_ok=True)
    fresh = marker.with_suffix(".new")
    names = _landmarks(folder)
    fresh.write_text(json.dumps({"entries": names, "empty": [name for name in names if _empty(folder / name)]}))
    fresh.replace(marker)


def _whole(path: Path, may_be_empty: bool) -> bool:
    return path.exists() and (may_be_empty or not _empty(path))


def _empty(path: Path) -> bool:
    look = path.stat()
    return stat.S_ISREG(look.st_mode) and not look.st_size


def make_room(root: Path, key: str) -> Path:
    """An empty folder for a build, whatever was there."""
    builds = root / "builds"
    if builds.exists() and not builds.is_dir():
        builds.unlink()
    folder = artifact_folder(root, key)
    wipe(folder)
    folder.mkdir(parents=True)
    return folder


def wipe(path: Path) -> None:
    """Gone, be it a file, a link or a folder with read-only parts."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        for folder, _, _ in os.walk(path):
            with contextlib.suppress(OSError):
                Path(folder).chmod(0o755)
        shutil.rmtree(path)


def unused(root: Path, keep: frozenset[str], seconds: float) -> list[str]:
    """Keys of builds, whole or not, that aren't in `keep` and weren't used for so long; nor is a part of those that
    stay one of them."""
    builds = root / "builds"
    oldest = time.time() - seconds
    folders = [folder for folder in builds.iterdir() if folder.is_dir()] if builds.is_dir() else []
    old = {folder.name for folder in folders if folder.name not in keep and _used(folder) < oldest}
    return sorted(old - {_part(folder) for folder in folders if folder.name not in old})


def drop(root: Path, key: str) -> bool:
    """Delete a build, unless somebody is at it just now; whether it went. Its lock stays: others may hold it open."""
    with lock_file(root, key).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        wipe(artifact_folder(root, key))
        log_file(root, key).unlink(missing_ok=True)
        return True


def _part(folder: Path) -> str:
    """The key of the part that a build has in common with others."""
    try:
        return (folder / PART).read_text()
    except OSError:
        return ""


def touch(root: Path, key: str) -> None:
    """Note that the artifact was used just now."""
    with contextlib.suppress(OSError):
        os.utime(artifact_folder(root, key) / MARKER)


def _used(folder: Path) -> float:
    marker = folder / MARKER
    return (marker if marker.exists() else folder).stat().st_mtime


def _landmarks(folder: Path) -> list[str]:
    """Names down to the second level, and the programs of every venv: enough to notice that something was deleted."""
    found = [*folder.glob("*"), *folder.glob("*/*"), *folder.glob("*/bin/*")]
    return sorted(str(path.relative_to(folder)) for path in found if path.exists())

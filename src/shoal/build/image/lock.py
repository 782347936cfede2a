"""shoal.lock, beside shoal.yaml: which image an official name has meant, until somebody asks for a newer one."""

from __future__ import annotations

import json
import re
from pathlib import Path

from shoal.errors import FileError, Place

NAME = "shoal.lock"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Lock:
    """Name -> digest. The file is written when something new is noted."""

    def __init__(self, file: Path) -> None:
        """Raises `FileError` for a file that isn't one."""
        self.file = file
        self._images = _read(file)

    def digest(self, name: str) -> str:
        return self._images.get(name, "")

    def note(self, name: str, digest: str) -> None:
        """What others have noted meanwhile stays. Raises `OSError` where it can't be written."""
        if not digest or self._images.get(name) == digest:
            return
        self._images = _read(self.file) | {name: digest}
        fresh = self.file.with_name(f".{self.file.name}.new")
        fresh.write_text(json.dumps({"images": self._images}, indent=2, sort_keys=True) + "\n")
        fresh.replace(self.file)


def lock_beside(file: Path) -> Path:
    """Of the app whose shoal.yaml (or folder) this is."""
    return (file if file.is_dir() else file.parent) / NAME


def _read(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_bytes())["images"]
        if all(isinstance(digest, str) and _DIGEST.fullmatch(digest) for digest in found.values()):
            return {str(name): digest for name, digest in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    what = f"{file.name} isn't what shoal writes: names of images and their digests"
    raise FileError(what, where=Place(str(file)), hint="take it from your repository again, or delete it")

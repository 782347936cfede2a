"""Paths of this machine become paths of the image: in text, and in where links lead."""

from __future__ import annotations

import os
import re
from pathlib import Path

from shoal.stacks.in_image import HERE

PART = "part-"


class Relocation:
    """What the artifact `key`, below the cache folder `root`, is called in an image where it lies at `at`; other
    artifacts lie at `/builds/<key>`."""

    def __init__(self, root: Path, key: str, at: str = HERE) -> None:
        roots = {os.fsencode(root / "builds"), os.fsencode(os.path.realpath(root / "builds"))}
        self._roots = tuple(roots)
        self._pattern = re.compile(b"(?:%s)/([A-Za-z0-9-]+)" % b"|".join(map(re.escape, sorted(roots))))
        self._key, self.at = key, at

    def text(self, content: bytes) -> bytes:
        if not any(root in content for root in self._roots):
            return content
        return self._pattern.sub(lambda found: self._place(found[1].decode()).encode(), content)

    def path(self, path: str) -> str:
        return os.fsdecode(self.text(os.fsencode(path)))

    def others(self, content: bytes) -> set[str]:
        """Keys of other artifacts that it names."""
        if not any(root in content for root in self._roots):
            return set()
        found = {each.decode() for each in self._pattern.findall(content)}
        return {key for key in found if key != self._key and not key.startswith(PART)}

    def _place(self, key: str) -> str:
        """A part is of this artifact: it was brought into it."""
        return self.at if key == self._key or key.startswith(PART) else f"/builds/{key}"

"""Which uv: the one that the lock names, so that version and hashes are written down once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from failure import Failure


class Pin(NamedTuple):
    name: str
    version: str
    hashes: frozenset[str]


def pinned_uv(lock: Path) -> Pin:
    """The lock's entry for uv: `uv==1.2.3 \\` and lines of `--hash=sha256:...`."""
    found = re.search(r"^uv==(\S+)((?:.*\\\n)+.*)", lock.read_text(), re.MULTILINE)
    if found is None:
        raise Failure(f"{lock} doesn't name uv")
    return Pin("uv", found[1], frozenset(re.findall(r"sha256:([0-9a-f]{64})", found[2])))

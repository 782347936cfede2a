"""What a Compose file says and shoal doesn't do: told with its line, never left out in silence."""

from __future__ import annotations

import msgspec

from shoal.errors import Place
from shoal.spec.tree import Path


class Remark(msgspec.Struct, frozen=True):
    """`what` is the path of a key, `why` says why it isn't honoured, or what happens instead."""

    where: Place
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.why}"


def dotted(path: Path) -> str:
    """As errors begin with it: `services/web/logging`."""
    return "/".join(str(step) for step in path)

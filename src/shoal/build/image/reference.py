"""Names of images: `python:3.11-slim` is `docker.io/library/python`, tag `3.11-slim`."""

from __future__ import annotations

from typing import NamedTuple

HUB = "docker.io"


class Reference(NamedTuple):
    """`version` is a tag or a digest (`sha256:...`)."""

    registry: str
    repository: str
    version: str

    @property
    def pinned(self) -> bool:
        return ":" in self.version

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}{'@' if self.pinned else ':'}{self.version}"

    def familiar(self) -> str:
        """As people write it, and as the engine lists it."""
        plain = (
            self.repository.removeprefix("library/") if self.registry == HUB else f"{self.registry}/{self.repository}"
        )
        return f"{plain}{'@' if self.pinned else ':'}{self.version}"

    def at(self, version: str) -> Reference:
        return self._replace(version=version)


def parse(text: str) -> Reference:
    name, _, digest = text.partition("@")
    head, slash, rest = name.partition("/")
    named = bool(slash) and ("." in head or ":" in head or head == "localhost")
    registry, path = (head, rest) if named else (HUB, name)
    path, _, tag = path.partition(":")
    if registry == HUB and "/" not in path:
        path = f"library/{path}"
    return Reference(registry, path, digest or tag or "latest")

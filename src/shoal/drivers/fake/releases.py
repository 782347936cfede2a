"""A release store in memory; it lies in the platform, so it outlives drivers."""

from __future__ import annotations

from shoal.drivers.fake.platform import Platform


class FakeReleases:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def load(self) -> bytes | None:
        return self._platform.release

    def save(self, release: bytes) -> None:
        self._platform.release = release

    def drop(self) -> None:
        self._platform.release = None

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
        self._platform.releases.clear()

    def kept(self) -> tuple[int, ...]:
        return tuple(self._platform.releases)

    def keep(self, number: int, release: bytes) -> None:
        self._platform.releases[number] = release

    def read(self, number: int) -> bytes | None:
        return self._platform.releases.get(number)

    def discard(self, number: int) -> None:
        self._platform.releases.pop(number, None)

"""The releases of one environment: the present one, and those before it that one may go back to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from shoal.desired import Inputs
from shoal.drivers.driver import ReleaseStore
from shoal.errors import StateDamaged, UsageError
from shoal.model.release import Failure, Orders, Wanted

KEPT = 10
"""Releases before the present one; the stable one besides."""


class Release(msgspec.Struct, frozen=True):
    """What the store keeps: the wish, and all that was read from disk to make it, so that a daemon that comes back
    wants the same although files have been edited since."""

    wanted: Wanted
    inputs: Inputs

    def same(self, other: Release) -> bool:
        """Whether file and sources are the same."""
        return (self.wanted.app, self.inputs) == (other.wanted.app, other.inputs)

    @property
    def whole(self) -> bool:
        """Whether it has run whole, so that one may go back to it."""
        return self.wanted.stable == self.wanted.number

    def wanting(self, **fields: Any) -> Release:
        """The same, with these fields of the wish."""
        return msgspec.structs.replace(self, wanted=msgspec.structs.replace(self.wanted, **fields))

    def after(self, before: Release, cause: str, **fields: Any) -> Release:
        """As the release that follows another, for a reason; nothing is known of how it does."""
        fresh = {"orders": Orders(), "failure": None, "returned": 0, "again": 0}
        return self.wanting(number=before.wanted.number + 1, at=time.time(), cause=cause, **(fresh | fields))

    def wishes(self, other: Release) -> bool:
        """Whether it is the same wish, however far that has come."""
        mine, its = self.wanted, other.wanted
        keys = ("number", "overrides", "down", "watch")
        return self.same(other) and all(getattr(mine, key) == getattr(its, key) for key in keys)


class Releases:
    """`present` is what is wanted now (None: nothing was ever, or it is over)."""

    def __init__(self, store: ReleaseStore) -> None:
        self._store = store
        self.present: Release | None = None

    def load(self) -> None:
        """Raises `msgspec.DecodeError`."""
        stored = self._store.load()
        self.present = msgspec.json.decode(stored, type=Release) if stored is not None else None

    def save(self, release: Release) -> None:
        """Make this the present one; one of another number takes its place beside those that are kept."""
        before = self.present
        if before is not None and before.wanted.number != release.wanted.number:
            self._store.keep(before.wanted.number, msgspec.json.encode(before))
        self._store.save(msgspec.json.encode(release))
        self.present = release
        self._discard(release)

    def refuse(self, why: Failure) -> None:
        """Note on the present release that it was given up."""
        assert self.present is not None
        self.present = self.present.wanting(failure=why)

    def drop(self) -> None:
        self._store.drop()
        self.present = None

    def numbers(self) -> tuple[int, ...]:
        """Of all that can be read, the present one last."""
        kept = set(self._store.kept()) | ({self.present.wanted.number} if self.present else set())
        return tuple(sorted(kept))

    def read(self, number: int) -> Release:
        """Raises `UsageError` where it is gone, `StateDamaged` where it can't be read."""
        if self.present is not None and self.present.wanted.number == number:
            return self.present
        stored = self._store.read(number)
        if stored is None:
            there = ", ".join(map(str, self.numbers())) or "none"
            raise UsageError(f"release {number} is gone", hint=f"There are: {there}. See: shoal history")
        try:
            return msgspec.json.decode(stored, type=Release)
        except msgspec.DecodeError as problem:
            raise StateDamaged(f"release {number} can't be read: {problem}") from None

    def before(self, other: Callable[[Release], bool] | None = None) -> Release | None:
        """The newest that ran whole, and was another than the present one: by what it says, or as `other` tells."""
        present = self.present
        if present is None:
            return None
        differs = other or (lambda release: not release.same(present))
        return next((r for r in map(self.read, reversed(self.numbers())) if r.whole and differs(r)), None)

    def secrets(self) -> dict[str, set[str]]:
        """Each secret that a kept release declares -> digests of the contents it may be asked for; an empty one is that
        of the made one. Raises `StateDamaged`."""
        found: dict[str, set[str]] = {}
        for release in map(self.read, self.numbers()):
            for secret in release.wanted.app.secrets:
                found.setdefault(secret.name, set()).add(release.inputs.secrets.get(secret.name, ""))
        return found

    def _discard(self, present: Release) -> None:
        pins = {pin.release for pin in present.wanted.overrides.pins.values()}
        spared = {present.wanted.number, present.wanted.stable, *pins}
        old = [number for number in sorted(self._store.kept()) if number not in spared]
        for number in old[:-KEPT]:
            self._store.discard(number)

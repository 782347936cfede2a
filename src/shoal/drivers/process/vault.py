"""Secrets on disk: a file for each content, mode 0600, in a folder of mode 0700, and nowhere else. What shoal makes at
first has the secret's name; contents that are given have their digest beside it, and lie side by side."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import quote

from shoal.drivers.process import atomic, kept
from shoal.errors import StateDamaged

LENGTH = 32
KEY = "%key"
MARK = "="
RESERVED = ("files", "certificates", ".", "..")


class Vault:
    """A secret that nobody kept is made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def digest(self, value: str) -> str:
        """Of a content, under a key that stays here."""
        key = self._read(self._folder / KEY)
        return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()

    def keep(self, name: str, value: str) -> str:
        """Writes a content down; returns its digest."""
        digest = self.digest(value)
        path = self._path(name, digest)
        if not path.exists() or kept.text(path) != value:
            atomic.write(path, value, lasting=True)
        return digest

    def read(self, name: str, digest: str = "") -> str:
        """The content of this digest; without one, the made one. Raises `StateDamaged` where it is gone."""
        path = self._path(name, digest)
        if digest and not path.exists():
            hint = "`shoal up` reads it from its source again; give it another with: shoal secrets rotate"
            raise StateDamaged(f"the secret {name} has lost its content, {path}", hint=hint)
        return self._read(path)

    def discard(self, contents: Mapping[str, Collection[str]]) -> None:
        """Deletes all contents but these, by name and digest; of what isn't named here, none that was made."""
        spared = {self._path(name, digest) for name, digests in contents.items() for digest in digests}
        for path in {*self._folder.glob(f"[!.]*{MARK}*"), *map(self._path, contents)} - spared:
            path.unlink(missing_ok=True)

    def make(self, name: str, length: int) -> None:
        """A secret of `length` characters, unless there is one already."""
        self._read(self._path(name), length)

    def _read(self, path: Path, length: int = LENGTH) -> str:
        try:
            return kept.text(path)
        except FileNotFoundError:
            made = secrets.token_urlsafe(length)[:length]
            atomic.write(path, made, lasting=True)
            return made

    def _path(self, name: str, digest: str = "") -> Path:
        # Quoted names hold no "%" and no "=" of their own, so a name of ours can't meet one of the user's.
        plain = f"%{name}" if name in RESERVED else quote(name, safe="")
        return self._folder / (f"{plain}{MARK}{digest}" if digest else plain)

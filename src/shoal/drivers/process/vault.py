"""Secrets on disk: a file each, mode 0600, in a folder of mode 0700, and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from urllib.parse import quote

from shoal.drivers.process import atomic, kept

LENGTH = 32
KEY = "%key"
RESERVED = ("files", "certificates", ".", "..")


class Vault:
    """A secret that nobody kept is made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, value: str) -> str:
        """Writes a secret down; a digest of its content under a key that stays here."""
        path = self._path(name)
        if not path.exists() or kept.text(path) != value:
            atomic.write(path, value, lasting=True)
        key = self._read(self._folder / KEY)
        return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()

    def read(self, name: str) -> str:
        return self._read(self._path(name))

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

    def _path(self, name: str) -> Path:
        # Quoted names hold no "%" of their own, so a name of ours can't meet one of the user's.
        return self._folder / (f"%{name}" if name in RESERVED else quote(name, safe=""))

"""As much of Redis' protocol (RESP 2) as jobs need."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import unquote, urlsplit


class Refused(Exception):
    """The server's own words."""


class Connection:
    """One connection, logged in, with the database of the URL chosen."""

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname or "", place.port or 6379), timeout)
        self.stream = self._socket.makefile("rb")
        try:
            self.ask("AUTH", unquote(place.username or "default"), unquote(place.password or ""))
            if number := place.path.strip("/"):
                self.ask("SELECT", number)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        self.stream.close()
        self._socket.close()

    def send(self, *words: str | bytes) -> None:
        parts = [word if isinstance(word, bytes) else word.encode() for word in words]
        body = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
        self._socket.sendall(b"*%d\r\n%b" % (len(parts), body))

    def ask(self, *words: str | bytes) -> Any:
        """The answer. Raises `Refused`."""
        self.send(*words)
        return self.answer()

    def answer(self) -> Any:
        """The next answer; in an array, refusals are values."""
        found = self._read()
        if isinstance(found, Refused):
            raise found
        return found

    def _read(self) -> Any:
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise Refused("the server hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            return Refused(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self._read() for _ in range(int(rest))]
        return rest

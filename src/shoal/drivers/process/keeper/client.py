"""One connection to the keeper, as the keeper sees it."""

from __future__ import annotations

import contextlib
import socket

from shoal.drivers.process.keeper.wire import Lines, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST_BACKLOG = 4 << 20
"""Bytes a client may leave unread before it is dropped: nothing that matters is lost, exits are on disk."""


class Client:
    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._lines = Lines()
        self._unsent = b""

    @property
    def behind(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._unsent)

    def receive(self) -> list[dict[str, Any]]:
        """What arrived. Raises OSError or ValueError when the connection is at its end."""
        try:
            data = self.sock.recv(1 << 18)
        except BlockingIOError:
            return []
        if not data:
            raise ConnectionResetError
        return self._lines.feed(data)

    def send(self, message: dict[str, Any]) -> None:
        """Raises OSError when the client is gone or doesn't read."""
        self._unsent += encode(message)
        self.flush()
        if len(self._unsent) > LONGEST_BACKLOG:
            raise ConnectionResetError

    def flush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._unsent = self._unsent[self.sock.send(self._unsent) :]

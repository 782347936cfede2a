"""Envoy's admin interface: a Unix socket in the mesh's folder, asked for plain text."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

from shoal.drivers.process.keeper import wire

PATIENCE = 5.0


class _OverUnix(http.client.HTTPConnection):
    def __init__(self, folder: Path, name: str) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._folder = folder
        self._name = name

    def connect(self) -> None:
        self.sock: socket.socket = wire.connect(str(self._folder), self._name)
        self.sock.settimeout(PATIENCE)


def get(folder: Path, socket_name: str, target: str) -> str:
    """The body of an answer. Raises OSError when nobody answers, or not with 200."""
    connection = _OverUnix(folder, socket_name)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
    if answer.status != 200:
        raise ConnectionError(f"{target} answered {answer.status}")
    return body

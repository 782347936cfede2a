"""How a keeper is reached: a Unix socket in the state folder, one JSON object a line, both ways.

Requests carry `seq` and `do`; the reply carries the same `seq` and maybe `error`. A line with `exit` is a
notification: a child ended.
"""

# ruff: noqa: PTH108, PTH118

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROTOCOL = 1
SOCKET = "keeper.sock"
LOCK = "keeper.lock"
LONGEST_LINE = 16 << 20


def connect(folder: str, name: str = SOCKET) -> socket.socket:
    """A connection to the socket `name` in `folder`. Raises OSError when nobody listens."""
    return _at(folder, name, socket.socket.connect)


def listen(folder: str, name: str = SOCKET) -> socket.socket:
    """A listening socket in `folder`, in place of one that a dead keeper left. The caller holds the lock."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, name))
    server = _at(folder, name, socket.socket.bind)
    server.listen(64)
    return server


def _at(folder: str, name: str, act: Any) -> socket.socket:
    # A socket's path may have 107 bytes at most; through a descriptor of its folder any path fits.
    directory = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        act(sock, f"/proc/self/fd/{directory}/{name}")
    except OSError:
        sock.close()
        raise
    finally:
        os.close(directory)
    return sock


def same_user(sock: socket.socket) -> bool:
    """Whether the other end is a process of our own user."""
    credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", credentials)[1]
    return uid == os.geteuid()


def encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


class Lines:
    """Messages out of a stream of bytes. Raises ValueError on what is no JSON object, or too long."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise ValueError("a line without an end")
        return [_message(line) for line in whole]


def _message(line: bytes) -> dict[str, Any]:
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message

"""A client of the daemon, synchronous and small: every verb of the command line starts with it."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shoal import __version__
from shoal.api.wire import SOCKET, line, parse
from shoal.errors import NotRunning, from_json
from shoal.model.names import TARGETS


def connect(folder: Path) -> socket.socket:
    """Raises `NotRunning` when no daemon listens there."""
    found = _connected(folder)
    if found is None:
        raise absent(folder)
    return found


def absent(folder: Path) -> NotRunning:
    """With the way to where it does run, if that is on another target."""
    for target in TARGETS:
        if target != folder.name and (there := _connected(folder.parent / target)):
            there.close()
            return NotRunning(
                f"the app is not running on {folder.name}", hint=f"It runs on {target}: --target {target}"
            )
    return NotRunning("the app is not running", hint="Start it with: shoal up -d")


def _connected(folder: Path) -> socket.socket | None:
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return None
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.connect(f"/proc/self/fd/{descriptor}/{SOCKET}")
    except OSError:
        client.close()
        return None
    finally:
        os.close(descriptor)
    return client


class Client:
    """Asks the daemon of one state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.daemon = 0
        """The pid of the daemon that answered last; it outlives its socket for a moment."""

    def stream(self, verb: str, **fields: Any) -> Iterator[tuple[str, Any]]:
        """Yields ("item", x) for each item and at last ("done", x). Raises the daemon's error as its own class."""
        with self._connect() as connection:
            connection.sendall(line(verb=verb, version=__version__, **fields))
            with connection.makefile("rb") as answers:
                for answer in answers:
                    found = parse(answer)
                    if "error" in found:
                        raise from_json(found["error"])
                    if "done" in found:
                        yield "done", found["done"]
                        return
                    yield "item", found["item"]
        raise NotRunning("the daemon went away while it answered", hint="Run: shoal up -d")

    def ask(self, verb: str, **fields: Any) -> Any:
        """The result alone."""
        for kind, value in self.stream(verb, **fields):
            if kind == "done":
                return value
        return None

    def alive(self) -> bool:
        try:
            self._connect().close()
        except NotRunning:
            return False
        return True

    def _connect(self) -> socket.socket:
        connection = connect(self._folder)
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.daemon = struct.unpack("3i", credentials)[0]
        return connection

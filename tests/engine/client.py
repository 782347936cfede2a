"""The engine's API, as far as the test bed itself asks it."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

KINDS = {"containers": "containers/json?all=1", "networks": "networks", "volumes": "volumes"}


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def ask(self, method: str, path: str) -> Any:
        """What it answers; None where that is nothing. Raises OSError when it is away or says no."""
        connection = _Connection(self._socket)
        try:
            connection.request(method, f"/{path}", headers={"Host": "engine"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status >= 400:
                raise OSError(f"{method} {path}: {answer.status} {said.decode()}")
            return json.loads(said) if said else None
        except http.client.HTTPException as problem:
            raise OSError(f"{method} {path}: {problem!r}") from problem
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            self.ask("GET", "version")
        except OSError:
            return False
        return True

    def labelled(self, label: str) -> dict[str, list[str]]:
        """Kind -> names of what has a label that begins so."""
        found = {}
        for kind, path in KINDS.items():
            told = self.ask("GET", path)
            listed = (told["Volumes"] or []) if kind == "volumes" else told
            found[kind] = [_name(one) for one in listed if any(key.startswith(label) for key in one["Labels"] or {})]
        return {kind: names for kind, names in found.items() if names}

    def remove(self, kind: str, name: str) -> None:
        self.ask("DELETE", f"{kind}/{quote(name)}?force=1&v=1" if kind != "networks" else f"networks/{quote(name)}")


def _name(told: dict[str, Any]) -> str:
    return str(told["Names"][0].lstrip("/") if told.get("Names") else told["Name"])

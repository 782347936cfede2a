"""A load of small GETs on a gateway, and what was answered."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

from tests.scenarios.meanwhile import Meanwhile


class Load(Meanwhile):
    """While the context lasts, some clients ask again and again; `failed` are the answers that weren't 200."""

    def __init__(self, url: str, path: str = "/", clients: int = 4) -> None:
        self._at = urlsplit(url).netloc
        self._path = path
        super().__init__([self._ask] * clients)
        self.answers: list[str] = []
        self.failed: list[str] = []

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(self._at, timeout=10)
        while not self._over.is_set():
            try:
                connection.request("GET", self._path)
                answer = connection.getresponse()
                body = answer.read().decode()
                (self.answers if answer.status == 200 else self.failed).append(f"{answer.status} {body}")
            except (OSError, http.client.HTTPException) as problem:
                self.failed.append(repr(problem))
                connection.close()
            time.sleep(0.005)
        connection.close()

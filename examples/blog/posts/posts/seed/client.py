"""A small client of the public API."""

import json
import time
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

TIMEOUT_S = 10
TRIES = 5
PASSWORD = "shoal-demo"  # noqa: S105 - demo users are for everybody

Json = dict[str, Any]


class Refused(Exception):
    """The API answered with an error."""

    def __init__(self, method: str, path: str, status: int, answer: str) -> None:
        super().__init__(f"{method} {path}: {status} {answer}")
        self.status = status


class Client:
    """One user's view of the API; without a token, anybody's."""

    def __init__(self, gateway_url: str, token: str | None = None) -> None:
        self._gateway_url = gateway_url.rstrip("/")
        self._token = token
        self._opener = build_opener(ProxyHandler({}))

    def as_user(self, username: str, bio: str) -> "Client":
        """Signs the user up, or logs them in when they are there already."""
        user = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        try:
            answer = self.call("POST", "/users", {"user": user})
        except Refused as refused:
            if refused.status != 409:
                raise
            answer = self.call("POST", "/users/login", {"user": user})
        client = Client(self._gateway_url, answer["user"]["token"])
        if answer["user"]["bio"] != bio:
            client.call("PUT", "/user", {"user": {"bio": bio}})
        return client

    def call(self, method: str, path: str, payload: Json | None = None) -> Json:
        for _ in range(TRIES):
            try:
                return self._send(method, path, payload)
            except Refused as refused:
                if refused.status != 503:
                    raise
                last = refused
            time.sleep(1)  # as Retry-After asks
        raise last

    def _send(self, method: str, path: str, payload: Json | None) -> Json:
        request = Request(f"{self._gateway_url}/api{path}", method=method)  # noqa: S310 - the gateway's own address
        if payload is not None:
            request.data = json.dumps(payload).encode()
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Token {self._token}")
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read() or b"{}")  # type: ignore[no-any-return]
        except HTTPError as error:
            with error:
                raise Refused(method, path, error.code, error.read().decode(errors="replace")) from None


def segment(text: str) -> str:
    return quote(text, safe="")

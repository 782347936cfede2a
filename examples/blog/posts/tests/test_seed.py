"""The demo content, against this service and a stand-in for the users API."""

import json
import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug import Request, Response
from werkzeug.serving import make_server

from posts.seed.__main__ import seed
from posts.seed.client import Client, Refused
from posts.seed.content import ARTICLES, COMMENTS
from tests.support.api import Api
from tests.support.users import UsersService


class Gateway:
    """Routes /api/users, /api/user and /api/profiles to a few lines of its own, the rest to posts."""

    def __init__(self, app: Flask, users: UsersService) -> None:
        self._app = app
        self._users = users
        self._ids: dict[str, UUID] = {}

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        request = Request(environ)
        if request.path.startswith("/api/user") or request.path.startswith("/api/profiles"):
            return self._of_users(request)(environ, start_response)
        return self._app(environ, start_response)

    def _of_users(self, request: Request) -> Response:
        if request.path == "/api/users":
            name = request.get_json()["user"]["username"]
            if name in self._ids:
                return Response('{"errors": {"username": ["has already been taken"]}}', 409)
            self._ids[name] = uuid4()
            return self._user(name, 201)
        if request.path == "/api/users/login":
            return self._user(request.get_json()["user"]["username"], 200)
        return Response("{}")

    def _user(self, name: str, status: int) -> Response:
        user = {"username": name, "bio": None, "token": self._users.key.token(self._ids[name], name)}
        return Response(json.dumps({"user": user}), status)


@pytest.fixture
def gateway_url(app: Flask, users: UsersService) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, Gateway(app, users))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_seeding_twice_is_seeding_once(gateway_url: str, nobody: Api) -> None:
    assert seed(Client(gateway_url)) == len(ARTICLES)
    once = nobody.get("/articles", limit=100).json
    assert once["articlesCount"] == len(ARTICLES)  # type: ignore[index]
    seed(Client(gateway_url))
    assert nobody.get("/articles", limit=100).json == once
    entries = once["articles"]  # type: ignore[index]
    comments = [nobody.get(f"/articles/{entry['slug']}/comments").json["comments"] for entry in entries]  # type: ignore[index]
    assert sum(map(len, comments)) == len(COMMENTS)
    assert {entry["favoritesCount"] for entry in entries} >= {0, 1, 2}


def test_a_refusal_is_reported(gateway_url: str) -> None:
    with pytest.raises(Refused, match="GET /articles/none: 404"):
        Client(gateway_url).call("GET", "/articles/none")

"""A client of the blog's API that believes nothing: it looks at every answer for what must hold of all of them."""

import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import quote, urlsplit

ORIGIN = "https://elsewhere.example"
PASSWORD = "correct horse"

Json = Any


def unique(word: str = "user") -> str:
    return f"{word}-{secrets.token_hex(6)}"


def encoded(text: str) -> str:
    """A text as one segment of a path, or as a value in a query."""
    return quote(text, safe="")


@dataclass(frozen=True)
class Answer:
    request: str
    status: int
    headers: Message
    raw: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.raw)

    @property
    def errors(self) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = self.json["errors"]
        return errors

    def expect(self, *statuses: int) -> Json:
        """The body, if the status is one of these."""
        assert self.status in statuses, self
        return self.json if self.raw else None

    def refused(self, status: int, key: str, message: str) -> None:
        assert self.status == status, self
        assert self.errors.get(key, [None])[0] == message, self

    def __str__(self) -> str:
        return f"{self.request} -> {self.status} {self.raw[:500]!r}"


class Client:
    def __init__(self, url: str, token: str | None = None, *, scheme: str = "Token") -> None:
        self.url = url
        self.token = token
        self._scheme = scheme

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        sent = {"Origin": ORIGIN}
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent["Content-Type"] = "application/json"
        if self.token is not None:
            sent["Authorization"] = f"{self._scheme} {self.token}"
        answer = exchange(self.url, method, path, raw, {**sent, **(headers or {})}, timeout)
        if path.startswith("/api"):
            check_what_holds_always(answer)
        return answer

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Json = None) -> Answer:
        return self.call("POST", path, body)

    def put(self, path: str, body: Json = None) -> Answer:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    # What tests ask again and again; each gives what is under the wrapper.

    def article(self, slug: str) -> Json:
        return self.get(f"/api/articles/{slug}").expect(200)["article"]

    def articles(self, **query: object) -> Json:
        """The whole answer, `articlesCount` too."""
        words = "&".join(f"{name}={encoded(str(value))}" for name, value in query.items())
        return self.get(f"/api/articles?{words}").expect(200)

    def profile(self, username: str) -> Json:
        return self.get(f"/api/profiles/{encoded(username)}").expect(200)["profile"]

    def comments(self, slug: str) -> Json:
        return self.get(f"/api/articles/{slug}/comments").expect(200)["comments"]

    def tags(self) -> Json:
        return self.get("/api/tags").expect(200)["tags"]


class Member(Client):
    """Somebody who has signed up."""

    def __init__(self, url: str, user: Json, password: str = PASSWORD) -> None:
        super().__init__(url, user["token"])
        self.username: str = user["username"]
        self.email: str = user["email"]
        self.password = password

    @classmethod
    def sign_up(cls, url: str, username: str | None = None) -> "Member":
        fields = {"username": username or unique(), "email": f"{unique()}@example.com", "password": PASSWORD}
        return cls(url, Client(url).post("/api/users", {"user": fields}).expect(201)["user"])

    def user(self) -> Json:
        return self.get("/api/user").expect(200)["user"]

    def update(self, **fields: object) -> Json:
        return self.put("/api/user", {"user": fields}).expect(200)["user"]

    def follow(self, username: str) -> Json:
        return self.post(f"/api/profiles/{encoded(username)}/follow").expect(200)["profile"]

    def unfollow(self, username: str) -> Json:
        return self.delete(f"/api/profiles/{encoded(username)}/follow").expect(200)["profile"]

    def feed(self, query: str = "") -> Json:
        return self.get(f"/api/articles/feed{query}").expect(200)

    def publish(self, **fields: object) -> Json:
        return self.post("/api/articles", {"article": draft(**fields)}).expect(201)["article"]

    def edit(self, slug: str, /, **fields: object) -> Json:
        return self.put(f"/api/articles/{slug}", {"article": fields}).expect(200)["article"]

    def favorite(self, slug: str) -> Json:
        return self.post(f"/api/articles/{slug}/favorite").expect(200)["article"]

    def unfavorite(self, slug: str) -> Json:
        return self.delete(f"/api/articles/{slug}/favorite").expect(200)["article"]

    def comment(self, slug: str, body: str = "Well said.") -> Json:
        return self.post(f"/api/articles/{slug}/comments", {"comment": {"body": body}}).expect(201)["comment"]


def draft(**fields: object) -> Json:
    return {"title": unique("On fish"), "description": "What about", "body": "All of it.", **fields}


def exchange(
    url: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str], timeout: float
) -> Answer:
    """One request on a connection of its own; nothing is followed, decoded or repeated."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=timeout)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Answer(f"{method} {path}", response.status, response.headers, response.read())
    finally:
        connection.close()


def check_what_holds_always(answer: Answer) -> None:
    headers = answer.headers
    assert not 300 <= answer.status < 400, f"a redirect: {answer}"
    assert headers["Access-Control-Allow-Origin"] in ("*", ORIGIN), f"no CORS: {answer}"
    assert headers["Set-Cookie"] is None, f"a cookie: {answer}"
    if answer.raw:
        assert headers.get_content_type() == "application/json", f"{headers['Content-Type']}: {answer}"
        assert str(headers.get_content_charset()).lower() == "utf-8", f"{headers['Content-Type']}: {answer}"
    if answer.status >= 400 and not answer.request.startswith("HEAD"):
        errors = answer.json["errors"]
        assert errors, answer
        assert all(messages and all(isinstance(one, str) for one in messages) for messages in errors.values()), answer

"""A client of the API, as one user or as nobody."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

Json = dict[str, Any]
ARTICLE: Json = {"title": "A title", "description": "What it says", "body": "All of it"}


@dataclass
class Api:
    app: Flask
    token: str | None = None
    id: UUID | None = None
    username: str = ""

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, payload: Any = None) -> TestResponse:
        return self.call("POST", path, data=as_json(payload))

    def put(self, path: str, payload: Any = None) -> TestResponse:
        return self.call("PUT", path, data=as_json(payload))

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Token {self.token}"} if self.token else {}
        return self.app.test_client().open(f"/api{path}", method=method, headers=headers, **options)

    def publish(self, title: str = "A title", **fields: Any) -> Json:
        answer = self.post("/articles", {"article": {**ARTICLE, "title": title, **fields}})
        assert answer.status_code == 201, answer.text
        article: Json = answer.json["article"]  # type: ignore[index]
        return article

    def comment(self, slug: str, body: str = "A comment") -> Json:
        answer = self.post(f"/articles/{slug}/comments", {"comment": {"body": body}})
        assert answer.status_code == 201, answer.text
        comment: Json = answer.json["comment"]  # type: ignore[index]
        return comment

    def article(self, slug: str) -> Json:
        article: Json = self.get(f"/articles/{quote(slug)}").json["article"]  # type: ignore[index]
        return article

    def titles(self, path: str = "/articles", **query: Any) -> list[str]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return [article["title"] for article in answer.json["articles"]]  # type: ignore[index]


def as_json(payload: Any) -> bytes:
    """In ASCII, so that text which UTF-8 cannot hold can be sent."""
    return json.dumps(payload).encode()


def refusal(answer: TestResponse) -> tuple[int, Json]:
    """The status and the errors, to be compared at once."""
    return answer.status_code, answer.json["errors"]  # type: ignore[index]

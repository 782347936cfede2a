"""What people do on a blog: mostly they read, some write. A fifth of the requests are writes."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Sequence

from bench.vegeta import Request

MEMBERS = 8


def mixed(url: str) -> Sequence[Request]:
    """Requests of some members who sign up for it, each with an article."""
    return [request for _ in range(MEMBERS) for request in _of_one(url)]


def _of_one(url: str) -> list[Request]:
    name = f"reader-{secrets.token_hex(6)}"
    fields = {"username": name, "email": f"{name}@example.com", "password": "correct horse"}
    token = _asked(url, Request("POST", "/api/users", {"user": fields}))["user"]["token"]
    publish = Request("POST", "/api/articles", {"article": _article()}, token)
    slug = _asked(url, publish)["article"]["slug"]
    return [
        Request("GET", "/api/articles?limit=10"),
        Request("GET", f"/api/articles/{slug}"),
        Request("GET", f"/api/profiles/{name}"),
        publish,
        Request("GET", "/api/tags"),
        Request("GET", "/api/user", token=token),
        Request("GET", f"/api/articles/{slug}", token=token),
        Request("PUT", "/api/user", {"user": {"bio": "changed"}}, token),
        Request("GET", f"/api/articles?author={name}&limit=10"),
        Request("GET", f"/api/profiles/{name}", token=token),
    ]


def _article() -> dict[str, object]:
    return {"title": "Nobody noticed", "description": "what was replaced", "body": "All of it.", "tagList": ["calm"]}


def _asked(url: str, request: Request) -> dict[str, dict[str, str]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Token {request.token}"}
    body = json.dumps(request.body).encode()
    asked = urllib.request.Request(
        url + request.path, body, headers if request.token else {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        found: dict[str, dict[str, str]] = json.load(answer)
        return found

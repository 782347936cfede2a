"""A1: any origin may call."""

import pytest

from tests.conduit.client import ORIGIN, Client, Member

PATHS = [
    "/api/users",
    "/api/users/login",
    "/api/user",
    "/api/profiles/somebody",
    "/api/profiles/somebody/follow",
    "/api/articles",
    "/api/articles/feed",
    "/api/articles/some-slug",
    "/api/articles/some-slug/favorite",
    "/api/articles/some-slug/comments",
    "/api/articles/some-slug/comments/1",
    "/api/tags",
    "/api/unknown",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_preflight_is_answered_without_a_token(anyone: Client, path: str, method: str) -> None:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
    answer = anyone.call("OPTIONS", path, headers=asked)
    assert 200 <= answer.status < 300, answer
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    assert {"GET", "POST", "PUT", "DELETE"} <= _words(answer.headers["Access-Control-Allow-Methods"].upper())
    assert {"authorization", "content-type"} <= _words(answer.headers["Access-Control-Allow-Headers"].lower())


@pytest.mark.parametrize("path", PATHS)
def test_options_without_what_makes_a_preflight_is_2xx_too(anyone: Client, path: str) -> None:
    assert 200 <= anyone.call("OPTIONS", path).status < 300


def test_options_is_answered_with_any_token(anyone: Client) -> None:
    assert 200 <= Client(anyone.url, "x.y.z").call("OPTIONS", "/api/user").status < 300


def test_errors_allow_the_origin_too(anyone: Client, jane: Member) -> None:
    taken = {"username": jane.username, "email": jane.email, "password": "long enough"}
    answers = [
        anyone.get("/api/user"),
        anyone.get("/api/articles/nothing"),
        anyone.get("/api/profiles/nobody-at-all"),
        anyone.get("/api/unknown"),
        anyone.post("/api/users", {"user": taken}),
        anyone.post("/api/users", {"user": {}}),
        anyone.call("POST", "/api/users", raw=b"{"),
        jane.post("/api/articles", {"article": {}}),
        jane.call("PATCH", "/api/articles"),
    ]
    assert [answer.status for answer in answers[:6]] == [401, 404, 404, 404, 409, 422]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN), answer


def test_the_header_is_there_once(anyone: Client) -> None:
    for path in ("/api/tags", "/api/articles", "/api/user", "/api/unknown", "/api/profiles/nobody-at-all"):
        assert len(anyone.get(path).headers.get_all("Access-Control-Allow-Origin") or []) == 1


def _words(header: str) -> set[str]:
    return {word.strip() for word in header.split(",")}

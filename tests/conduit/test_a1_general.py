"""A1: what holds of every path."""

import json

import pytest

from tests.conduit.client import Client, Member, unique
from tests.conduit.conftest import Someone

TEXTS = [
    pytest.param("Übergrößen, naïve façade", id="latin"),
    pytest.param("e\u0301 stays two characters", id="combining"),
    pytest.param("日本語の題名", id="japanese"),
    pytest.param("שלום עולם", id="right-to-left"),
    pytest.param("👩‍👩‍👧‍👦🐟", id="emoji"),
    pytest.param("  blanks around  ", id="blanks"),
    pytest.param("a\ttab and a\nline", id="control"),
    pytest.param("<b>&amp;\"'`${x}{{y}}%s%00", id="markup"),
    pytest.param("'; DROP TABLE articles; --", id="sql"),
    pytest.param("null", id="null"),
]


@pytest.mark.parametrize("path", ["/api/articles", "/api/tags", "/api/articles?limit=1&offset=0", "/api/articles?tag="])
def test_paths_are_answered_directly(anyone: Client, path: str) -> None:
    anyone.get(path).expect(200)


@pytest.mark.parametrize("path", ["/api/articles/", "/api/tags/", "/api/users/", "/api/user/", "/api/articles/feed/"])
def test_a_trailing_slash_is_no_redirect(jane: Member, path: str) -> None:
    jane.get(path).expect(200, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/nope",
        "/api/userx",
        "/api/user/x",
        "/api/users/x/y",
        "/api/tags/x",
        "/api/articles/a/b/c",
        "/api/articles/a/b",
        "/api/profiles",
        "/api/profiles/a/b",
        "/api/login",
        "/api/actuator/health",
        "/api/.well-known/jwks.json",
    ],
)
def test_an_unknown_path_is_404_in_json(anyone: Client, path: str) -> None:
    anyone.get(path).expect(404, 405)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_unknown_path_is_404_in_json_with_every_method(jane: Member, method: str) -> None:
    jane.call(method, "/api/nope", {} if method != "DELETE" else None).expect(404)


def test_a_method_that_a_path_lacks_is_refused_in_json(jane: Member) -> None:
    for path in ("/api/user", "/api/tags", "/api/articles", "/api/users"):
        jane.call("PATCH", path, {}).expect(404, 405)


def test_what_is_for_the_inside_is_not_shown_outside(anyone: Client) -> None:
    for path in ("/.well-known/jwks.json", "/actuator", "/actuator/health", "/actuator/env"):
        assert anyone.get(path).status == 404


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_kept_as_sent_in_articles(anyone: Client, jane: Member, text: str) -> None:
    written = jane.publish(title=text, description=text, body=text, tagList=[text])
    read = anyone.article(written["slug"])
    assert [read["title"], read["description"], read["body"], read["tagList"]] == [text, text, text, [text]]
    assert text in anyone.tags()
    assert written["slug"] in [one["slug"] for one in anyone.articles(tag=text)["articles"]]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_kept_as_sent_in_comments(anyone: Client, jane: Member, text: str) -> None:
    slug = jane.publish()["slug"]
    jane.comment(slug, text)
    assert [one["body"] for one in anyone.comments(slug)] == [text]


def test_text_may_be_long(anyone: Client, jane: Member) -> None:
    body, title = "Fish. " * 20_000, "f" * 1_000
    assert anyone.article(jane.publish(body=body, title=title)["slug"])["body"] == body


def test_json_may_be_sent_as_utf_8_too_instead_of_escapes(anyone: Client, jane: Member) -> None:
    fields = {"title": "Zoë 🐟", "description": "ü", "body": "ß"}
    raw = json.dumps({"article": fields}, ensure_ascii=False).encode()
    slug = jane.call("POST", "/api/articles", raw=raw).expect(201)["article"]["slug"]
    assert anyone.article(slug)["title"] == "Zoë 🐟"


def test_unknown_fields_are_ignored(someone: Someone, anyone: Client) -> None:
    fields = {"username": unique(), "email": f"{unique()}@a.b", "password": "long enough", "role": "admin", "id": 7}
    member = Member(anyone.url, anyone.post("/api/users", {"user": fields, "more": 1}).expect(201)["user"])
    login = {"email": member.email, "password": "long enough", "x": []}
    anyone.post("/api/users/login", {"user": login}).expect(200)
    assert member.update(bio="here", token="mine", following=True)["bio"] == "here"
    article = member.publish(slug="mine", author={"username": "x"}, favoritesCount=9, createdAt="2001-01-01")
    assert (article["slug"], article["favoritesCount"]) != ("mine", 9)
    assert article["author"]["username"] == member.username
    assert member.edit(article["slug"], slug="mine", nonsense=None)["slug"] == article["slug"]
    comment = {"body": "Hm.", "id": 5, "author": "x"}
    member.post(f"/api/articles/{article['slug']}/comments", {"comment": comment}).expect(201)


def test_nobody_gets_a_cookie(anyone: Client, jane: Member) -> None:
    for client in (anyone, jane):
        for path in ("/api/tags", "/api/user", "/api/articles", "/api/nope"):
            assert client.get(path).headers["Set-Cookie"] is None


def test_some_tens_of_requests_a_second_meet_no_limit(anyone: Client, jane: Member) -> None:
    for _ in range(60):
        anyone.get("/api/tags").expect(200)
        jane.get("/api/user").expect(200)


def test_every_answer_of_a_success_is_json_in_utf_8(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    for path in ("/api/user", "/api/tags", "/api/articles", f"/api/articles/{slug}", f"/api/articles/{slug}/comments"):
        answer = jane.get(path)
        answer.expect(200)
        said = answer.headers["Content-Type"].replace(" ", "").lower()
        assert said == "application/json;charset=utf-8", answer

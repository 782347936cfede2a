"""A1: authentication, required and optional."""

import base64
import json

import pytest

from tests.conduit.client import Client, Member, unique
from tests.conduit.conftest import Someone

REQUIRED: list[tuple[str, str, object]] = [
    ("GET", "/api/user", None),
    ("PUT", "/api/user", {"user": {}}),
    ("POST", "/api/profiles/nobody-at-all/follow", None),
    ("DELETE", "/api/profiles/nobody-at-all/follow", None),
    ("GET", "/api/articles/feed", None),
    ("POST", "/api/articles", {"article": {}}),
    ("PUT", "/api/articles/nothing", {"article": {}}),
    ("DELETE", "/api/articles/nothing", None),
    ("POST", "/api/articles/nothing/favorite", None),
    ("DELETE", "/api/articles/nothing/favorite", None),
    ("POST", "/api/articles/nothing/comments", {"comment": {}}),
    ("DELETE", "/api/articles/nothing/comments/1", None),
]
OPTIONAL = ["/api/articles", "/api/articles/{slug}", "/api/articles/{slug}/comments", "/api/profiles/{author}"]

each_required = pytest.mark.parametrize(("method", "path", "body"), REQUIRED, ids=lambda value: str(value)[:40])


@each_required
def test_without_a_token_it_is_missing(anyone: Client, method: str, path: str, body: object) -> None:
    anyone.call(method, path, body).refused(401, "token", "is missing")


@each_required
def test_a_bad_token_is_invalid(anyone: Client, method: str, path: str, body: object) -> None:
    Client(anyone.url, "x.y.z").call(method, path, body).refused(401, "token", "is invalid")


@pytest.mark.parametrize("path", ["/api/user", "/api/articles/feed"])
@pytest.mark.parametrize("header", ["", "Basic amFuZTpqYW5l", "nonsense"])
def test_a_header_that_cannot_be_used_counts_as_none(anyone: Client, path: str, header: str) -> None:
    anyone.call("GET", path, headers={"Authorization": header}).refused(401, "token", "is missing")


@pytest.mark.parametrize("path", ["/api/user", "/api/articles/feed"])
@pytest.mark.parametrize("header", ["Token", "Token ", "Bearer", "Token  ", "Token a b", "Token \xff\xfe", "Token ☃"])
def test_an_odd_header_is_401(anyone: Client, path: str, header: str) -> None:
    value = header.encode().decode("latin-1")
    anyone.call("GET", path, headers={"Authorization": value}).expect(401)


def _hostile(token: str) -> dict[str, str]:
    head, body, signature = token.split(".")
    none = _part({"alg": "none"})
    flipped = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    other_head = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return {
        "unsigned": f"{head}.{body}.",
        "no algorithm": f"{none}.{body}.",
        "no algorithm, old signature": f"{none}.{body}.{signature}",
        "another signature": f"{head}.{body}.{flipped}",
        "another body": f"{head}.{_part({**claims, 'exp': 2**40})}.{signature}",
        "a symmetric algorithm": f"{_part({**other_head, 'alg': 'HS256'})}.{body}.{signature}",
        "an unknown key": f"{_part({**other_head, 'kid': 'unknown'})}.{body}.{signature}",
        "a key that is no text": f"{_part({**other_head, 'kid': [1]})}.{body}.{signature}",
        "a key from an address": f"{_part({**other_head, 'jku': 'http://127.0.0.1:1/'})}.{body}.{signature}",
        "cut off": token[:-20],
        "no dots": "abcdef",
        "too many dots": token + ".x",
        "no base64": "!.!.!",
        "huge": "a" * 8000,
    }


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("kind", list(_hostile("e30.e30.AAAAAAAAAAAAAAAAAAAAAAAAA")))
def test_a_forged_token_is_invalid(anyone: Client, jane: Member, kind: str) -> None:
    stranger = Client(anyone.url, _hostile(jane.token or "")[kind])
    for path in ("/api/user", "/api/articles/feed"):
        stranger.get(path).refused(401, "token", "is invalid")
    stranger.get("/api/articles?limit=1").expect(200)
    assert stranger.profile(jane.username)["following"] is False


@pytest.mark.parametrize("scheme", ["Token", "Bearer"])
def test_the_token_may_come_as_token_or_bearer(jane: Member, scheme: str) -> None:
    client = Client(jane.url, jane.token, scheme=scheme)
    client.get("/api/user").expect(200)
    client.get("/api/articles/feed").expect(200)


@pytest.mark.parametrize("path", OPTIONAL)
def test_where_a_token_is_optional_the_answer_without_one_is_the_anonymous_one(
    anyone: Client, someone: Someone, path: str
) -> None:
    author, reader = someone(), someone()
    slug = author.publish()["slug"]
    author.comment(slug)
    reader.follow(author.username)
    reader.favorite(slug)
    path = path.format(slug=slug, author=author.username)
    stale = Client(anyone.url, "e30.e30.e30")
    assert "true" not in anyone.get(path).raw.decode()
    assert stale.get(path).expect(200) == anyone.get(path).expect(200)
    assert '"following":true' in reader.get(path).raw.decode().replace(" ", "")


def test_tags_do_not_mind_a_bad_token(anyone: Client) -> None:
    Client(anyone.url, "x.y.z").get("/api/tags").expect(200)


def test_every_answer_with_a_user_has_a_token_that_works(anyone: Client, someone: Someone) -> None:
    member = someone()
    login = {"email": member.email, "password": member.password}
    tokens = [
        member.token or "",
        anyone.post("/api/users/login", {"user": login}).expect(200)["user"]["token"],
        member.user()["token"],
        member.update(bio="new")["token"],
    ]
    for token in tokens:
        assert token
        assert Client(anyone.url, token).get("/api/user").expect(200)["user"]["username"] == member.username
        Client(anyone.url, token).get("/api/articles/feed").expect(200)


@pytest.mark.parametrize("field", ["username", "email", "password"])
def test_a_token_stays_good_after_a_change_of(someone: Someone, field: str) -> None:
    member = someone()
    slug = member.publish()["slug"]
    value = {"username": unique(), "email": f"{unique()}@a.b", "password": "another one"}[field]
    member.update(**{field: value})
    user = member.user()
    assert user["email" if field == "password" else field] == (member.email if field == "password" else value)
    assert member.edit(slug, body="still mine")["author"]["username"] == user["username"]
    member.delete(f"/api/articles/{slug}").expect(204)

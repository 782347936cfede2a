"""A2: the exact errors, and bodies that are no request."""

import json

import pytest

from tests.conduit.client import Client, Member, unique

NO_JSON = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"{", id="cut off"),
    pytest.param(b"not json", id="words"),
    pytest.param(b"{'user': 1}", id="python"),
    pytest.param(b"\xff\xfe\x00", id="bytes"),
    pytest.param(b'{"user":{"bio":"\xff"}}', id="broken utf-8"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b'{"user":' * 5_000 + b"1" + b"}" * 5_000, id="deep objects"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[]", id="list"),
    pytest.param(b'"user"', id="text"),
    pytest.param(b"12", id="number"),
    pytest.param(b"1e999999", id="huge number"),
    pytest.param(b"{}", id="no wrapper"),
    pytest.param(b'{"wrong":{}}', id="another wrapper"),
    pytest.param(b'{"user":null,"article":null,"comment":null}', id="null wrapper"),
    pytest.param(b'{"user":[],"article":[],"comment":[]}', id="list as wrapper"),
    pytest.param(b'{"user":"x","article":"x","comment":"x"}', id="text as wrapper"),
    pytest.param(b'{"user":7,"article":7,"comment":7}', id="number as wrapper"),
]


@pytest.mark.parametrize("body", NO_JSON)
def test_a_body_that_is_no_request_is_422_or_400(anyone: Client, jane: Member, body: bytes) -> None:
    slug = jane.publish()["slug"]
    anyone.call("POST", "/api/users", raw=body).expect(422, 400)
    anyone.call("POST", "/api/users/login", raw=body).expect(422, 400)
    jane.call("PUT", "/api/user", raw=body).expect(422, 400)
    jane.call("POST", "/api/articles", raw=body).expect(422, 400)
    jane.call("PUT", f"/api/articles/{slug}", raw=body).expect(422, 400)
    jane.call("POST", f"/api/articles/{slug}/comments", raw=body).expect(422, 400)


WRONG_TYPES = [7, -1.5, True, [], ["x"], {}, {"a": 1}, 10**30]


@pytest.mark.parametrize("value", WRONG_TYPES, ids=repr)
def test_a_wrong_type_is_422_under_the_field(anyone: Client, jane: Member, value: object) -> None:
    slug = jane.publish()["slug"]
    good = {"username": unique(), "email": f"{unique()}@a.b", "password": "long enough"}
    for field in good:
        assert field in _invalid(anyone, "POST", "/api/users", {"user": {**good, field: value}})
        assert field in _invalid(jane, "PUT", "/api/user", {"user": {field: value}})
    for field in ("bio", "image"):
        assert field in _invalid(jane, "PUT", "/api/user", {"user": {field: value}})
    for field in ("email", "password"):
        login = {"email": jane.email, "password": jane.password, field: value}
        assert field in _invalid(anyone, "POST", "/api/users/login", {"user": login})
    article = {"title": "t", "description": "d", "body": "b"}
    for field in article:
        assert field in _invalid(jane, "POST", "/api/articles", {"article": {**article, field: value}})
        assert field in _invalid(jane, "PUT", f"/api/articles/{slug}", {"article": {field: value}})
    assert "body" in _invalid(jane, "POST", f"/api/articles/{slug}/comments", {"comment": {"body": value}})


@pytest.mark.parametrize("tags", [7, "a", {"a": 1}, True, [7], [None], [["a"]], [{}], ["a", 1]], ids=repr)
def test_tags_that_are_no_list_of_texts_are_422(jane: Member, tags: object) -> None:
    slug = jane.publish()["slug"]
    fields = {"title": "t", "description": "d", "body": "b", "tagList": tags}
    assert "tagList" in _invalid(jane, "POST", "/api/articles", {"article": fields})
    assert "tagList" in _invalid(jane, "PUT", f"/api/articles/{slug}", {"article": {"tagList": tags}})


@pytest.mark.parametrize("text", ["a\0b", "\0", "half \ud83d", "\udc00"], ids=ascii)
def test_what_is_no_text_is_422_and_never_5xx(anyone: Client, jane: Member, text: str) -> None:
    slug = jane.publish()["slug"]
    good = {"username": unique(), "email": f"{unique()}@a.b", "password": "long enough"}
    for field in ("username", "email"):
        value = text + "@a.b" if field == "email" else text
        assert field in _invalid(anyone, "POST", "/api/users", {"user": {**good, field: value}})
    for field in ("username", "bio", "image"):
        assert field in _invalid(jane, "PUT", "/api/user", {"user": {field: text}})
    for field in ("title", "description", "body"):
        article = {"title": "t", "description": "d", "body": "b", field: text}
        assert field in _invalid(jane, "POST", "/api/articles", {"article": article})
        assert field in _invalid(jane, "PUT", f"/api/articles/{slug}", {"article": {field: text}})
    assert "tagList" in _invalid(jane, "PUT", f"/api/articles/{slug}", {"article": {"tagList": [text]}})
    assert "body" in _invalid(jane, "POST", f"/api/articles/{slug}/comments", {"comment": {"body": text}})
    login = {"email": text, "password": text}
    anyone.post("/api/users/login", {"user": login}).expect(401, 422)


@pytest.mark.parametrize("text", ["%00", "%ED%A0%BD", "%ff", "%", "%zz", "a%0Ab"])
def test_a_path_that_is_no_text_is_not_found_or_malformed(jane: Member, text: str) -> None:
    for path in (
        f"/api/profiles/{text}",
        f"/api/articles/{text}",
        f"/api/articles/{text}/comments",
        f"/api/articles/x/comments/{text}",
    ):
        method = "DELETE" if path.endswith(f"comments/{text}") else "GET"
        jane.call(method, path).expect(400, 404)
    jane.post(f"/api/profiles/{text}/follow").expect(400, 404)
    for query in ("tag", "author", "favorited"):
        jane.get(f"/api/articles?{query}={text}").expect(200, 400)


def test_a_body_that_is_far_too_large_is_refused(anyone: Client, jane: Member) -> None:
    huge = json.dumps({"user": {"bio": "x" * 3_000_000}, "article": {"title": "x" * 3_000_000}}).encode()
    jane.call("PUT", "/api/user", raw=huge).expect(400, 413, 422)
    jane.call("POST", "/api/articles", raw=huge).expect(400, 413, 422)
    anyone.call("POST", "/api/users", raw=huge).expect(400, 413, 422)
    jane.get("/api/user").expect(200)


def test_no_token(anyone: Client) -> None:
    anyone.get("/api/user").refused(401, "token", "is missing")


def test_a_wrong_login(anyone: Client, jane: Member) -> None:
    wrong = {"user": {"email": jane.email, "password": "not the one"}}
    anyone.post("/api/users/login", wrong).refused(401, "credentials", "invalid")
    unknown = {"user": {"email": f"{unique()}@nowhere.example", "password": "not the one"}}
    anyone.post("/api/users/login", unknown).refused(401, "credentials", "invalid")


def test_an_article_of_someone_else(jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    carl.put(f"/api/articles/{slug}", {"article": {"body": "mine now"}}).refused(403, "article", "forbidden")
    carl.delete(f"/api/articles/{slug}").refused(403, "article", "forbidden")


def test_a_comment_of_someone_else(jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    comment = carl.comment(slug)["id"]
    jane.delete(f"/api/articles/{slug}/comments/{comment}").refused(403, "comment", "forbidden")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/favorite"),
        ("DELETE", "/favorite"),
        ("GET", "/comments"),
        ("POST", "/comments"),
        ("DELETE", "/comments/1"),
    ],
)
def test_no_such_article(jane: Member, method: str, path: str) -> None:
    body = {"article": {"title": "x"}, "comment": {"body": "x"}} if method in ("PUT", "POST") else None
    jane.call(method, f"/api/articles/{unique('no')}{path}", body).refused(404, "article", "not found")


@pytest.mark.parametrize("number", ["0", "999999999", "9" * 30, "-1", "abc", "1.5", "%20"])
def test_no_such_comment(jane: Member, number: str) -> None:
    slug = jane.publish()["slug"]
    jane.delete(f"/api/articles/{slug}/comments/{number}").refused(404, "comment", "not found")


def test_no_such_user(jane: Member) -> None:
    nobody = unique("nobody")
    jane.get(f"/api/profiles/{nobody}").refused(404, "profile", "not found")
    jane.post(f"/api/profiles/{nobody}/follow").refused(404, "profile", "not found")
    jane.delete(f"/api/profiles/{nobody}/follow").refused(404, "profile", "not found")


def _invalid(client: Client, method: str, path: str, body: object) -> dict[str, list[str]]:
    answer = client.call(method, path, body)
    assert answer.status == 422, answer
    return answer.errors

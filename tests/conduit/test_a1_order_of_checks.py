"""A1: 401, then 404, then 403, then 422 and 409."""

import pytest

from tests.conduit.client import Client, Member

GARBAGE = [b"{", b"", b"[]", b'{"article":{"title":""}}', b'{"comment":{"body":""}}', b'{"x":1}']
each_garbage = pytest.mark.parametrize("body", GARBAGE, ids=repr)


@each_garbage
def test_no_token_comes_before_everything(anyone: Client, jane: Member, body: bytes) -> None:
    slug = jane.publish()["slug"]
    for method, path in (
        ("PUT", "/api/user"),
        ("POST", "/api/articles"),
        ("PUT", "/api/articles/nothing"),
        ("PUT", f"/api/articles/{slug}"),
        ("POST", "/api/articles/nothing/comments"),
        ("POST", f"/api/articles/{slug}/comments"),
        ("DELETE", f"/api/articles/{slug}/comments/0"),
        ("POST", "/api/profiles/nobody-at-all/follow"),
    ):
        anyone.call(method, path, raw=body).refused(401, "token", "is missing")


@each_garbage
def test_what_is_missing_comes_before_what_is_wrong_with_the_body(jane: Member, body: bytes) -> None:
    jane.call("PUT", "/api/articles/nothing", raw=body).refused(404, "article", "not found")
    jane.call("POST", "/api/articles/nothing/comments", raw=body).refused(404, "article", "not found")
    jane.call("POST", "/api/profiles/nobody-at-all/follow", raw=body).refused(404, "profile", "not found")


@each_garbage
def test_a_stranger_is_forbidden_before_the_body_is_judged(jane: Member, carl: Member, body: bytes) -> None:
    slug = jane.publish()["slug"]
    carl.call("PUT", f"/api/articles/{slug}", raw=body).refused(403, "article", "forbidden")


def test_a_missing_article_comes_before_a_missing_or_foreign_comment(jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    comment = jane.comment(slug)["id"]
    carl.delete(f"/api/articles/nothing/comments/{comment}").refused(404, "article", "not found")
    carl.delete(f"/api/articles/{slug}/comments/{comment}").refused(403, "comment", "forbidden")
    other = carl.publish()["slug"]
    carl.delete(f"/api/articles/{other}/comments/{comment}").refused(404, "comment", "not found")


def test_a_blank_field_comes_before_a_taken_one(anyone: Client, jane: Member) -> None:
    fields = {"username": jane.username, "email": "", "password": ""}
    anyone.post("/api/users", {"user": fields}).refused(422, "email", "can't be blank")

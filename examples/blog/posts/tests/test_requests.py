"""Odd requests: always an answer in JSON, never a server error, never a redirect."""

import io

import pytest

from tests.support.api import ARTICLE, Api, refusal


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b"{}",
        b'{"article": null}',
        b'{"article": []}',
        b'{"article": "x"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"article": ' + b"1" * 10_000 + b"}",
        b'{"Article": {}}',
    ],
)
def test_a_body_that_is_no_article_is_refused(anna: Api, body: bytes) -> None:
    status, errors = refusal(anna.call("POST", "/articles", data=body))
    assert status == 422
    assert errors


def test_the_content_type_of_a_request_does_not_matter(anna: Api) -> None:
    body = b'{"article": {"title": "t", "description": "d", "body": "b", "unknown": 1}}'
    assert anna.call("POST", "/articles", data=body, content_type="text/plain").status_code == 201


@pytest.mark.parametrize("bad", ["a\0b", "\0", "\ud800", "x\udfff"])
def test_text_that_cannot_be_stored_is_refused(anna: Api, bad: str) -> None:
    slug = anna.publish()["slug"]
    for field in ("title", "description", "body", "tagList"):
        fields = {field: [bad] if field == "tagList" else bad}
        for answer in (
            anna.post("/articles", {"article": {**ARTICLE, **fields}}),
            anna.put(f"/articles/{slug}", {"article": fields}),
        ):
            assert (answer.status_code, list(answer.json["errors"])) == (422, [field])  # type: ignore[index]
    answer = anna.post(f"/articles/{slug}/comments", {"comment": {"body": bad}})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "slug", ["%00", "a%00b", "%FF", "%ED%A0%80", "%F0%9F%90%9F", "a" * 9000, "A", "%20", "'"]
)
def test_an_odd_slug_is_not_found(anna: Api, slug: str) -> None:
    for method, path in [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/comments"),
        ("POST", "/comments"),
        ("POST", "/favorite"),
        ("DELETE", "/favorite"),
    ]:
        answer = anna.call(method, f"/articles/{slug}{path}")
        assert refusal(answer) == (404, {"article": ["not found"]})


@pytest.mark.parametrize("path", ["/articles/", "/tags/", "/articles/feed/", "/nothing", "/articles/a/b", ""])
def test_an_unknown_path_is_not_found_in_json(nobody: Api, path: str) -> None:
    answer = nobody.get(path)
    assert refusal(answer) == (404, {"path": ["not found"]})
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_wrong_method_is_answered_in_json(nobody: Api) -> None:
    answer = nobody.delete("/tags")
    assert refusal(answer) == (405, {"method": ["method not allowed"]})
    assert "GET" in answer.headers["Allow"]


def test_a_huge_body_is_refused(anna: Api, nobody: Api) -> None:
    answer = anna.post("/articles", {"article": {**ARTICLE, "body": "x" * 5_000_000}})
    assert refusal(answer)[0] == 413
    assert nobody.post("/articles", {"article": "x" * 5_000_000}).status_code == 401


class Upload(io.BytesIO):
    """Can be asked how much was read, also when the request is over."""

    def close(self) -> None:
        pass


def test_a_body_that_is_too_large_is_read_all_the_same(anna: Api) -> None:
    body = Upload(b"x" * 5_000_000)
    answer = anna.call("POST", "/articles", input_stream=body, content_length=5_000_000)
    assert refusal(answer)[0] == 413
    assert body.tell() == 5_000_000


def test_who_asks_is_checked_before_what_exists_before_what_is_sent(anna: Api, ben: Api, nobody: Api) -> None:
    slug = anna.publish()["slug"]
    comment = anna.comment(slug)["id"]
    missing, gone = (401, {"token": ["is missing"]}), (404, {"article": ["not found"]})
    for path in ("/articles/none", f"/articles/{slug}"):
        for method in ("PUT", "DELETE"):
            assert refusal(nobody.call(method, path)) == missing
        for method, below in (("POST", "comments"), ("POST", "favorite"), ("DELETE", f"comments/{comment}")):
            assert refusal(nobody.call(method, f"{path}/{below}")) == missing
    assert refusal(nobody.post("/articles")) == missing
    assert refusal(nobody.get("/articles/feed", limit="x")) == missing
    assert refusal(ben.put("/articles/none")) == gone
    assert refusal(ben.put(f"/articles/{slug}"))[0] == 403
    assert refusal(anna.put(f"/articles/{slug}"))[0] == 422
    assert refusal(anna.post("/articles/none/comments")) == gone


def test_very_many_tags_are_no_server_error(anna: Api) -> None:
    tags = [str(i) for i in range(30_000)]
    assert anna.publish(tagList=tags)["tagList"] == tags

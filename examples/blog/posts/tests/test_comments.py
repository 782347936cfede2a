"""Comments of an article."""

import pytest

from tests.support.api import Api, refusal


def test_a_comment_has_all_its_keys(anna: Api, ben: Api) -> None:
    slug = anna.publish()["slug"]
    comment = ben.comment(slug, "Nice 🐟")
    assert comment == {
        "id": comment["id"],
        "createdAt": comment["createdAt"],
        "updatedAt": comment["createdAt"],
        "body": "Nice 🐟",
        "author": {"username": "ben", "bio": None, "image": None, "following": False},
    }
    assert type(comment["id"]) is int
    assert anna.get(f"/articles/{slug}/comments").json == {"comments": [comment]}


def test_comments_are_listed_oldest_first(anna: Api, nobody: Api) -> None:
    slug = anna.publish()["slug"]
    made = [anna.comment(slug, str(i)) for i in range(3)]
    assert nobody.get(f"/articles/{slug}/comments").json == {"comments": made}


@pytest.mark.parametrize("body", [None, "", "  "])
def test_a_blank_comment_is_refused(anna: Api, body: str | None) -> None:
    path = f"/articles/{anna.publish()['slug']}/comments"
    assert refusal(anna.post(path, {"comment": {"body": body}})) == (422, {"body": ["can't be blank"]})


def test_deleting_one_leaves_the_others(anna: Api) -> None:
    slug = anna.publish()["slug"]
    first, second = anna.comment(slug), anna.comment(slug)
    answer = anna.delete(f"/articles/{slug}/comments/{first['id']}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert anna.get(f"/articles/{slug}/comments").json == {"comments": [second]}


def test_only_its_author_may_delete_a_comment(anna: Api, ben: Api) -> None:
    slug = anna.publish()["slug"]
    comment = ben.comment(slug)
    path = f"/articles/{slug}/comments/{comment['id']}"
    assert refusal(anna.delete(path)) == (403, {"comment": ["forbidden"]})
    assert anna.get(f"/articles/{slug}/comments").json == {"comments": [comment]}


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 18, "9" * 19, "9" * 5000, "%00", "٣", "1.0"])
def test_an_unknown_comment_is_not_found(anna: Api, number: str) -> None:
    slug = anna.publish()["slug"]
    answer = anna.delete(f"/articles/{slug}/comments/{number}")
    assert refusal(answer) == (404, {"comment": ["not found"]})


def test_a_comment_belongs_to_its_article(anna: Api) -> None:
    one, other = anna.publish()["slug"], anna.publish()["slug"]
    comment = anna.comment(one)
    answer = anna.delete(f"/articles/{other}/comments/{comment['id']}")
    assert refusal(answer) == (404, {"comment": ["not found"]})


def test_an_unknown_article_has_no_comments(anna: Api) -> None:
    path = "/articles/none/comments"
    for answer in (anna.get(path), anna.post(path), anna.delete(f"{path}/1")):
        assert refusal(answer) == (404, {"article": ["not found"]})

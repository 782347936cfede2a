"""A7: comments."""

import pytest

from tests.conduit.client import Client, Member
from tests.conduit.conftest import Someone


def test_a_comment_is_answered_with_201_and_stays(anyone: Client, jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    comment = carl.comment(slug, "Well said.")
    assert comment["body"] == "Well said."
    assert comment["author"]["username"] == carl.username
    assert comment["createdAt"] == comment["updatedAt"]
    assert anyone.comments(slug) == [comment]


def test_an_article_without_comments_has_an_empty_list(anyone: Client, jane: Member) -> None:
    assert anyone.comments(jane.publish()["slug"]) == []


@pytest.mark.parametrize("body", ["", "   ", "\n", None], ids=repr)
def test_a_blank_body_is_refused(anyone: Client, jane: Member, body: object) -> None:
    slug = jane.publish()["slug"]
    sent = {"comment": {"body": body}}
    jane.post(f"/api/articles/{slug}/comments", sent).refused(422, "body", "can't be blank")
    jane.post(f"/api/articles/{slug}/comments", {"comment": {}}).refused(422, "body", "can't be blank")
    assert anyone.comments(slug) == []


def test_comments_belong_to_their_article(anyone: Client, jane: Member) -> None:
    one, two = jane.publish()["slug"], jane.publish()["slug"]
    comment = jane.comment(one)
    assert anyone.comments(two) == []
    jane.delete(f"/api/articles/{two}/comments/{comment['id']}").refused(404, "comment", "not found")
    assert anyone.comments(one) == [comment]


def test_deleting_one_leaves_the_others(anyone: Client, jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    comments = [member.comment(slug, f"No. {number}") for number, member in enumerate([jane, carl, jane, carl])]
    assert len({one["id"] for one in comments}) == 4
    answer = carl.delete(f"/api/articles/{slug}/comments/{comments[1]['id']}")
    assert (answer.status, answer.raw) == (204, b"")
    assert anyone.comments(slug) == [comments[0], comments[2], comments[3]]
    carl.delete(f"/api/articles/{slug}/comments/{comments[1]['id']}").refused(404, "comment", "not found")


def test_a_comment_of_someone_else_stays_even_for_the_author_of_the_article(
    anyone: Client, jane: Member, carl: Member
) -> None:
    slug = jane.publish()["slug"]
    comment = carl.comment(slug)
    jane.delete(f"/api/articles/{slug}/comments/{comment['id']}").refused(403, "comment", "forbidden")
    assert anyone.comments(slug) == [comment]


def test_comments_of_an_unknown_article_are_404(anyone: Client, jane: Member) -> None:
    anyone.get("/api/articles/nothing/comments").refused(404, "article", "not found")
    sent = {"comment": {"body": "x"}}
    jane.post("/api/articles/nothing/comments", sent).refused(404, "article", "not found")
    jane.delete("/api/articles/nothing/comments/1").refused(404, "article", "not found")


def test_a_comment_shows_its_authors_present_name(anyone: Client, jane: Member, someone: Someone) -> None:
    member = someone()
    slug = jane.publish()["slug"]
    member.comment(slug)
    changed = member.update(username=member.username + "-new", bio="b", image="i")
    author = anyone.comments(slug)[0]["author"]
    assert author == {"username": changed["username"], "bio": "b", "image": "i", "following": False}

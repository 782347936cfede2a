"""A9: what the contract leaves open, as this blog has it. Another one may answer otherwise; never by a failure."""

import pytest

from tests.conduit.client import Client, Member, encoded, unique
from tests.conduit.conftest import Someone


def test_comments_come_oldest_first(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    ids = [jane.comment(slug, f"No. {number}")["id"] for number in range(6)]
    assert [one["id"] for one in anyone.comments(slug)] == ids


def test_the_most_used_tag_comes_first(anyone: Client, jane: Member) -> None:
    rare, common = unique("rare"), unique("common")
    jane.publish(tagList=[rare])
    for _ in range(3):
        jane.publish(tagList=[common])
    tags = anyone.tags()
    assert tags.index(common) < tags.index(rare)


def test_a_tag_that_no_article_carries_any_more_is_not_listed(anyone: Client, jane: Member) -> None:
    edited, deleted = unique("edited"), unique("deleted")
    one, two = jane.publish(tagList=[edited])["slug"], jane.publish(tagList=[deleted])["slug"]
    assert {edited, deleted} <= set(anyone.tags())
    jane.edit(one, tagList=[])
    jane.delete(f"/api/articles/{two}").expect(204)
    assert not {edited, deleted} & set(anyone.tags())


def test_a_slug_is_the_title_in_kebab_case_and_a_random_part(jane: Member) -> None:
    assert jane.publish(title="How to Train, a Fish!")["slug"].startswith("how-to-train-a-fish-")


def test_repeats_are_200_and_change_nothing(jane: Member, someone: Someone) -> None:
    reader = someone()
    slug = jane.publish()["slug"]
    for _ in range(3):
        assert reader.follow(jane.username)["following"] is True
        assert reader.favorite(slug)["favoritesCount"] == 1
    for _ in range(3):
        assert reader.unfollow(jane.username)["following"] is False
        assert reader.unfavorite(slug)["favoritesCount"] == 0


def test_nobody_follows_themselves(jane: Member) -> None:
    path = f"/api/profiles/{encoded(jane.username)}/follow"
    jane.post(path).expect(422)
    assert jane.profile(jane.username)["following"] is False


def test_a_password_at_registration_must_only_not_be_blank(anyone: Client) -> None:
    fields = {"username": unique(), "email": f"{unique()}@a.b", "password": "x"}
    anyone.post("/api/users", {"user": fields}).expect(201, 422)


def test_a_list_has_100_entries_at_most(anyone: Client, someone: Someone) -> None:
    author = someone()
    for _ in range(101):
        author.publish()
    listed = anyone.articles(author=author.username, limit=1000)
    assert (len(listed["articles"]), listed["articlesCount"]) == (100, 101)


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "1e3", "0x10", "%20", "1;2", "٣", "+-1"])
def test_a_bad_limit_or_offset_is_422(anyone: Client, jane: Member, name: str, value: str) -> None:
    for client, path in ((anyone, "/api/articles"), (jane, "/api/articles/feed")):
        answer = client.get(f"{path}?{name}={encoded(value) if value == '٣' else value}")
        assert answer.status == 422, answer
        assert answer.errors[name]


def test_a_limit_of_0_gives_the_count_alone(anyone: Client, jane: Member) -> None:
    jane.publish()
    listed = anyone.articles(author=jane.username, limit=0)
    assert listed["articles"] == []
    assert listed["articlesCount"] > 0


def test_an_update_with_no_field_is_200_and_changes_nothing(anyone: Client, jane: Member) -> None:
    article = jane.publish(tagList=["a"])
    assert jane.edit(article["slug"]) == article
    assert anyone.article(article["slug"]) == article
    assert {**jane.update(), "token": ""} == {**jane.user(), "token": ""}


def test_a_tag_given_twice_is_kept_once_and_a_blank_one_not_at_all(jane: Member) -> None:
    assert jane.publish(tagList=["a", "b", "a", "", "  "])["tagList"] == ["a", "b"]

"""A3: every key of every answer."""

import re
from collections.abc import Mapping

import pytest

from tests.conduit.client import Client, Json, Member
from tests.conduit.conftest import Someone

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")

Shape = Mapping[str, type | tuple[type, ...]]

USER: Shape = {"email": str, "token": str, "username": str, "bio": (str, type(None)), "image": (str, type(None))}
PROFILE: Shape = {"username": str, "bio": (str, type(None)), "image": (str, type(None)), "following": bool}
ENTRY: Shape = {
    "slug": str,
    "title": str,
    "description": str,
    "tagList": list,
    "createdAt": str,
    "updatedAt": str,
    "favorited": bool,
    "favoritesCount": int,
    "author": dict,
}
ARTICLE: Shape = {**ENTRY, "body": str}
COMMENT: Shape = {"id": int, "createdAt": str, "updatedAt": str, "body": str, "author": dict}


def check(value: Json, shape: Shape) -> None:
    assert value.keys() == shape.keys()
    for name, kind in shape.items():
        assert isinstance(value[name], kind), (name, value[name])
        assert kind is not int or not isinstance(value[name], bool), name
    for name in {"createdAt", "updatedAt"} & shape.keys():
        assert TIME.fullmatch(value[name]), value[name]
    for name in {"bio", "image"} & shape.keys():
        assert value[name] != ""
    if "author" in shape:
        check(value["author"], PROFILE)


def test_a_user(anyone: Client, someone: Someone) -> None:
    member = someone()
    login = {"email": member.email, "password": member.password}
    logged_in = anyone.post("/api/users/login", {"user": login}).expect(200)
    assert logged_in.keys() == {"user"}
    for user in (logged_in["user"], member.user(), member.update(bio="b", image="i"), member.user()):
        check(user, USER)


def test_a_profile(anyone: Client, jane: Member, someone: Someone) -> None:
    other = someone()
    assert anyone.get(f"/api/profiles/{other.username}").expect(200).keys() == {"profile"}
    for profile in (
        anyone.profile(other.username),
        jane.profile(other.username),
        someone().follow(other.username),
        someone().unfollow(other.username),
    ):
        check(profile, PROFILE)


def test_an_article(anyone: Client, jane: Member, carl: Member) -> None:
    article = jane.publish(tagList=["a", "b"])
    slug = article["slug"]
    assert anyone.get(f"/api/articles/{slug}").expect(200).keys() == {"article"}
    for seen in (
        article,
        anyone.article(slug),
        jane.edit(slug, body="new"),
        carl.favorite(slug),
        carl.unfavorite(slug),
    ):
        check(seen, ARTICLE)


def test_an_article_without_tags_has_an_empty_list(anyone: Client, jane: Member) -> None:
    assert jane.publish()["tagList"] == []
    assert anyone.article(jane.publish(tagList=[])["slug"])["tagList"] == []
    assert jane.publish(tagList=None)["tagList"] == []


def test_tags_keep_the_order_that_the_author_gave(anyone: Client, jane: Member) -> None:
    tags = ["zebra", "apple", "Mango", "10", "9", "apple pie"]
    article = jane.publish(tagList=tags)
    assert article["tagList"] == tags
    assert anyone.article(article["slug"])["tagList"] == tags
    assert anyone.articles(author=jane.username, limit=1)["articles"][0]["tagList"] == tags


def test_a_list_has_articles_without_body_and_the_number_of_all(anyone: Client, someone: Someone) -> None:
    author, reader = someone(), someone()
    for _ in range(3):
        author.publish(tagList=["a"])
    reader.follow(author.username)
    for listed in (anyone.articles(author=author.username, limit=2), reader.feed("?limit=2")):
        assert listed.keys() == {"articles", "articlesCount"}
        assert len(listed["articles"]) == 2
        assert listed["articlesCount"] == 3
        for entry in listed["articles"]:
            check(entry, ENTRY)


def test_a_comment(anyone: Client, jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    check(carl.comment(slug), COMMENT)
    answer = anyone.get(f"/api/articles/{slug}/comments").expect(200)
    assert answer.keys() == {"comments"}
    check(answer["comments"][0], COMMENT)


def test_tags_are_plain_texts(anyone: Client, jane: Member) -> None:
    jane.publish(tagList=["plain"])
    answer = anyone.get("/api/tags").expect(200)
    assert answer.keys() == {"tags"}
    assert all(isinstance(tag, str) for tag in answer["tags"])


def test_created_at_never_changes(anyone: Client, jane: Member) -> None:
    article = jane.publish()
    slug, created = article["slug"], article["createdAt"]
    assert jane.edit(slug, title="Another title", body="x")["createdAt"] == created
    slug = anyone.articles(author=jane.username, limit=1)["articles"][0]["slug"]
    assert anyone.article(slug)["createdAt"] == created
    assert jane.favorite(slug)["createdAt"] == created
    comment = jane.comment(slug)
    assert anyone.comments(slug)[0]["createdAt"] == comment["createdAt"]


def test_updated_at_changes_with_every_update_even_at_once(jane: Member) -> None:
    article = jane.publish()
    seen = [article["updatedAt"]]
    for number in range(12):
        seen.append(jane.edit(article["slug"], body=f"version {number}")["updatedAt"])
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("field", ["bio", "image"])
def test_bio_and_image_are_never_the_empty_text(anyone: Client, someone: Someone, field: str) -> None:
    member = someone()
    slug = member.publish()["slug"]
    member.comment(slug)
    assert member.update(**{field: ""})[field] is None
    assert member.user()[field] is None
    assert anyone.profile(member.username)[field] is None
    assert anyone.article(slug)["author"][field] is None
    assert anyone.comments(slug)[0]["author"][field] is None

"""A6: one article's life."""

import re
from urllib.parse import quote

import pytest

from tests.conduit.client import Client, Member, draft, unique
from tests.conduit.conftest import Someone

FIELDS = ("title", "description", "body")


def test_a_new_article_is_answered_with_201(anyone: Client, jane: Member) -> None:
    article = jane.publish(title="A title", description="About", body="Text", tagList=["x", "y"])
    assert (article["title"], article["description"], article["body"]) == ("A title", "About", "Text")
    assert (article["favorited"], article["favoritesCount"]) == (False, 0)
    assert article["author"]["username"] == jane.username
    assert article["createdAt"] == article["updatedAt"]
    assert anyone.article(article["slug"]) == article


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ["", "  ", "\n\t", None], ids=repr)
def test_a_blank_field_is_refused(jane: Member, field: str, value: object) -> None:
    slug = jane.publish()["slug"]
    jane.post("/api/articles", {"article": draft(**{field: value})}).refused(422, field, "can't be blank")
    jane.put(f"/api/articles/{slug}", {"article": {field: value}}).refused(422, field, "can't be blank")


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_refused(jane: Member, field: str) -> None:
    fields = draft()
    del fields[field]
    jane.post("/api/articles", {"article": fields}).refused(422, field, "can't be blank")


def test_all_blank_fields_are_named(jane: Member) -> None:
    assert jane.post("/api/articles", {"article": {}}).errors.keys() == set(FIELDS)


def test_the_same_title_may_be_used_again_by_anyone(jane: Member, carl: Member) -> None:
    title = unique("Same")
    slugs = [writer.publish(title=title)["slug"] for writer in (jane, carl, jane)]
    assert len(set(slugs)) == 3
    assert [jane.article(slug)["author"]["username"] for slug in slugs] == [jane.username, carl.username, jane.username]


@pytest.mark.parametrize(
    "title", ["feed", "Feed", "/", "??", "🐟", "..", "a/b", "%2F", "日本", "x" * 5000, "-", "A  B!"]
)
def test_a_slug_is_unique_and_usable_in_a_path(anyone: Client, jane: Member, title: str) -> None:
    slug = jane.publish(title=title)["slug"]
    assert slug != "feed"
    assert slug == quote(slug, safe="")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert anyone.article(slug)["title"] == title


@pytest.mark.parametrize("field", FIELDS)
def test_an_update_changes_just_the_fields_that_are_present(anyone: Client, jane: Member, field: str) -> None:
    before = jane.publish(tagList=["kept"])
    after = jane.edit(before["slug"], **{field: "changed"})
    expected = {**before, field: "changed", "updatedAt": after["updatedAt"], "slug": after["slug"]}
    assert after == expected
    assert after["updatedAt"] > before["updatedAt"]
    assert field == "title" or after["slug"] == before["slug"]
    assert anyone.article(after["slug"]) == expected


def test_a_new_title_answers_with_the_slug_that_works(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    new = jane.edit(slug, title="Quite another")["slug"]
    assert anyone.article(new)["title"] == "Quite another"
    jane.delete(f"/api/articles/{new}").expect(204)


def test_the_same_title_sent_again_keeps_the_slug(jane: Member) -> None:
    article = jane.publish()
    assert jane.edit(article["slug"], title=article["title"], body="new")["slug"] == article["slug"]


def test_tags_of_an_update(anyone: Client, jane: Member) -> None:
    slug = jane.publish(tagList=["a", "b"])["slug"]
    assert jane.edit(slug, body="new")["tagList"] == ["a", "b"]
    assert jane.edit(slug, tagList=["c", "a", "ü"])["tagList"] == ["c", "a", "ü"]
    jane.put(f"/api/articles/{slug}", {"article": {"tagList": None}}).expect(422)
    assert anyone.article(slug)["tagList"] == ["c", "a", "ü"]
    assert jane.edit(slug, tagList=[])["tagList"] == []
    assert anyone.article(slug)["tagList"] == []


def test_a_refused_update_changes_nothing(anyone: Client, jane: Member) -> None:
    article = jane.publish(tagList=["a"])
    change = {"title": "new", "body": "", "tagList": []}
    jane.put(f"/api/articles/{article['slug']}", {"article": change}).refused(422, "body", "can't be blank")
    assert anyone.article(article["slug"]) == article


def test_the_author_sees_a_favorite_kept_after_an_edit(jane: Member) -> None:
    slug = jane.publish()["slug"]
    jane.favorite(slug)
    edited = jane.edit(slug, body="new")
    assert (edited["favorited"], edited["favoritesCount"]) == (True, 1)


def test_a_deleted_article_is_gone(anyone: Client, jane: Member) -> None:
    tag = unique("gone")
    slug = jane.publish(tagList=[tag])["slug"]
    answer = jane.delete(f"/api/articles/{slug}")
    assert (answer.status, answer.raw) == (204, b"")
    anyone.get(f"/api/articles/{slug}").refused(404, "article", "not found")
    jane.delete(f"/api/articles/{slug}").refused(404, "article", "not found")
    assert anyone.articles(tag=tag) == {"articles": [], "articlesCount": 0}


def test_comments_and_favorites_go_with_the_article(anyone: Client, someone: Someone) -> None:
    author, reader = someone(), someone()
    slug = author.publish()["slug"]
    reader.favorite(slug)
    comment = reader.comment(slug)["id"]
    author.delete(f"/api/articles/{slug}").expect(204)
    anyone.get(f"/api/articles/{slug}/comments").refused(404, "article", "not found")
    reader.delete(f"/api/articles/{slug}/comments/{comment}").refused(404, "article", "not found")
    assert anyone.articles(favorited=reader.username) == {"articles": [], "articlesCount": 0}


def test_a_stranger_changes_nothing(anyone: Client, jane: Member, carl: Member) -> None:
    article = jane.publish()
    slug = article["slug"]
    carl.put(f"/api/articles/{slug}", {"article": {"title": "mine"}}).refused(403, "article", "forbidden")
    carl.put(f"/api/articles/{slug}", {"article": {"body": ""}}).refused(403, "article", "forbidden")
    carl.delete(f"/api/articles/{slug}").refused(403, "article", "forbidden")
    assert anyone.article(slug) == article

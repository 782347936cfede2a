"""The life of one article."""

import re

import pytest

from tests.conftest import NewUser
from tests.support.api import ARTICLE, Api, Json, refusal

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_new_article_has_all_its_keys(anna: Api) -> None:
    article = anna.publish("How to train your dragon", tagList=["b", "a"])
    assert TIME.fullmatch(article["createdAt"])
    assert article == {
        "slug": article["slug"],
        **ARTICLE,
        "title": "How to train your dragon",
        "tagList": ["b", "a"],
        "createdAt": article["createdAt"],
        "updatedAt": article["createdAt"],
        "favorited": False,
        "favoritesCount": 0,
        "author": {"username": "anna", "bio": None, "image": None, "following": False},
    }
    assert re.fullmatch(r"how-to-train-your-dragon-[0-9a-f]{10}", article["slug"])


def test_an_article_reads_as_it_was_answered(anna: Api, nobody: Api) -> None:
    article = anna.publish(tagList=["x"])
    assert nobody.article(article["slug"]) == article


def test_json_is_served_with_its_charset(anna: Api) -> None:
    article = anna.publish("Straße 🐟")
    answer = anna.get(f"/articles/{article['slug']}")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "Straße 🐟" in answer.text


@pytest.mark.parametrize("title", ["feed", "日本語", "../..", "a" * 5000])
def test_any_title_gets_a_slug_that_works(anna: Api, title: str) -> None:
    slugs = {anna.publish(title)["slug"] for _ in range(2)}
    assert len(slugs) == 2
    assert "feed" not in slugs
    assert all(anna.article(slug)["title"] == title for slug in slugs)


@pytest.mark.parametrize("field", ["title", "description", "body"])
@pytest.mark.parametrize("blank", [None, "", " \n\t"])
def test_a_blank_field_is_refused(anna: Api, field: str, blank: str | None) -> None:
    expected = (422, {field: ["can't be blank"]})
    slug = anna.publish()["slug"]
    assert refusal(anna.post("/articles", {"article": {**ARTICLE, field: blank}})) == expected
    assert refusal(anna.put(f"/articles/{slug}", {"article": {field: blank}})) == expected


def test_every_missing_field_is_named(anna: Api) -> None:
    status, errors = refusal(anna.post("/articles", {"article": {}}))
    assert status == 422
    assert set(errors) == {"title", "description", "body"}


@pytest.mark.parametrize(
    "fields",
    [{"title": 1}, {"body": ["x"]}, {"tagList": "x"}, {"tagList": [1]}, {"tagList": {"a": 1}}],
)
def test_a_field_of_the_wrong_type_is_refused(anna: Api, fields: Json) -> None:
    assert refusal(anna.post("/articles", {"article": {**ARTICLE, **fields}}))[0] == 422


def test_tags_keep_their_order_and_come_once(anna: Api) -> None:
    assert anna.publish(tagList=["z", "a", "z", " ", "é"])["tagList"] == ["z", "a", "é"]


def test_no_tag_list_means_no_tags(anna: Api) -> None:
    assert anna.publish()["tagList"] == []
    assert anna.publish(tagList=None)["tagList"] == []


def test_an_update_changes_just_what_it_names(anna: Api) -> None:
    before = anna.publish(tagList=["x"])
    after = anna.put(f"/articles/{before['slug']}", {"article": {"body": "New"}}).json["article"]  # type: ignore[index]
    assert after == {**before, "body": "New", "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    assert anna.article(before["slug"]) == after


def test_updates_within_one_millisecond_all_move_the_time(anna: Api) -> None:
    slug = anna.publish()["slug"]
    answers = [anna.put(f"/articles/{slug}", {"article": {"body": str(i)}}) for i in range(20)]
    times = [answer.json["article"]["updatedAt"] for answer in answers]  # type: ignore[index]
    assert times == sorted(set(times))


def test_an_update_without_a_field_changes_nothing(anna: Api) -> None:
    article = anna.publish()
    answer = anna.put(f"/articles/{article['slug']}", {"article": {}})
    assert answer.status_code == 200
    assert anna.article(article["slug"]) == article


def test_tags_are_kept_replaced_or_removed(anna: Api) -> None:
    slug = anna.publish(tagList=["a", "b"])["slug"]
    anna.put(f"/articles/{slug}", {"article": {"title": "New"}})
    assert anna.article(slug)["tagList"] == ["a", "b"]
    anna.put(f"/articles/{slug}", {"article": {"tagList": ["c", "a"]}})
    assert anna.article(slug)["tagList"] == ["c", "a"]
    anna.put(f"/articles/{slug}", {"article": {"tagList": []}})
    assert anna.article(slug)["tagList"] == []
    assert refusal(anna.put(f"/articles/{slug}", {"article": {"tagList": None}}))[0] == 422


def test_a_deleted_article_takes_everything_with_it(anna: Api, ben: Api) -> None:
    slug = anna.publish(tagList=["gone"])["slug"]
    ben.comment(slug)
    ben.post(f"/articles/{slug}/favorite")
    answer = anna.delete(f"/articles/{slug}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert refusal(anna.get(f"/articles/{slug}")) == (404, {"article": ["not found"]})
    assert anna.titles(favorited="ben") == []
    assert anna.get("/tags").json == {"tags": []}


def test_only_the_author_may_write(anna: Api, ben: Api) -> None:
    article = anna.publish()
    path = f"/articles/{article['slug']}"
    assert refusal(ben.put(path, {"article": {"title": ""}})) == (403, {"article": ["forbidden"]})
    assert refusal(ben.delete(path)) == (403, {"article": ["forbidden"]})
    assert anna.article(article["slug"]) == article


def test_users_of_the_same_name_are_told_apart(new_user: NewUser) -> None:
    slug = new_user("twin").publish()["slug"]
    assert refusal(new_user("twin").delete(f"/articles/{slug}"))[0] == 403

"""Lists: order, pages, filters, counts."""

from itertools import chain
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from posts.database import db
from tests.support.api import Api, refusal


def test_the_newest_comes_first(anna: Api, nobody: Api) -> None:
    for title in ("1", "2", "3"):
        anna.publish(title)
    assert nobody.titles() == ["3", "2", "1"]


def test_an_entry_is_the_article_without_its_body(anna: Api) -> None:
    article = anna.publish(tagList=["a", "b"])
    del article["body"]
    assert anna.get("/articles").json == {"articles": [article], "articlesCount": 1}


def test_pages_neither_overlap_nor_leave_gaps(anna: Api) -> None:
    made = [anna.publish(str(i))["title"] for i in range(25)]
    assert anna.titles() == made[::-1][:20]
    pages = [anna.titles(limit=10, offset=offset) for offset in (0, 10, 20, 30)]
    assert list(chain(*pages)) == made[::-1]
    for offset in (0, 20, 24, 25, 1000):
        assert anna.get("/articles", limit=10, offset=offset).json["articlesCount"] == 25  # type: ignore[index]


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", " 1", "٣", "1e3", "9" * 5000, "\0"])
def test_a_bad_number_is_refused(nobody: Api, name: str, value: str) -> None:
    status, errors = refusal(nobody.get("/articles", **{name: value}))
    assert (status, list(errors)) == (422, [name])


def test_extreme_numbers_are_answered(anna: Api) -> None:
    anna.publish()
    assert anna.titles(offset="9" * 30) == []
    assert anna.titles(offset=str(2**63)) == []
    assert anna.titles(limit="9" * 30) == ["A title"]
    assert anna.get("/articles", limit=0).json == {"articles": [], "articlesCount": 1}
    assert anna.titles(limit="", offset="") == ["A title"]


def test_a_page_has_at_most_a_hundred(anna: Api, app: Flask) -> None:
    anna.publish()
    with app.app_context():
        copy = "INSERT INTO articles (slug, title, description, body, author_id) SELECT "
        copy += "'copy-' || n, title, description, body, author_id FROM articles, generate_series(1, 104) n"
        db.session.connection().exec_driver_sql(copy)
        db.session.commit()
    answer = anna.get("/articles", limit=1000).json
    assert (len(answer["articles"]), answer["articlesCount"]) == (100, 105)  # type: ignore[index]


def test_filters_combine(anna: Api, ben: Api) -> None:
    anna.publish("anna x", tagList=["x"])
    anna.publish("anna y", tagList=["y", "z"])
    slug = ben.publish("ben x", tagList=["x"])["slug"]
    anna.post(f"/articles/{slug}/favorite")
    assert anna.titles(tag="x") == ["ben x", "anna x"]
    assert anna.titles(author="anna") == ["anna y", "anna x"]
    assert anna.titles(author="anna", tag="x") == ["anna x"]
    assert anna.titles(favorited="anna") == ["ben x"]
    assert anna.titles(favorited="anna", author="anna") == []


@pytest.mark.parametrize("name", ["tag", "author", "favorited"])
def test_a_filter_takes_exact_values(anna: Api, name: str) -> None:
    slug = anna.publish(tagList=["anna"])["slug"]
    anna.post(f"/articles/{slug}/favorite")
    assert anna.titles(**{name: "anna"}) == ["A title"]
    assert anna.titles(**{name: ""}) == ["A title"]
    for value in ("Anna", "ann", "anna ", "%", "an\0na", "x" * 9000):
        assert anna.get("/articles", **{name: value}).json == {"articles": [], "articlesCount": 0}


def test_any_tag_can_be_looked_for(anna: Api) -> None:
    for tag in ("a&b=c", "日本", "'; --", "x" * 20_000, "🐟"):
        anna.publish(tag[:9], tagList=[tag])
        assert anna.titles(tag=tag) == [tag[:9]]


def test_a_page_takes_at_most_two_queries(anna: Api, app: Flask) -> None:
    for i in range(12):
        anna.publish(str(i), tagList=["a", "b"])
    queries: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        queries.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        anna.get("/articles", limit=10)
        assert len(queries) == 2
        queries.clear()
        anna.get("/articles", limit=20)
        assert len(queries) == 1
    finally:
        event.remove(engine, "before_cursor_execute", note)

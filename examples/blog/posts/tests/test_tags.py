"""The tags in use."""

from tests.support.api import Api


def test_tags_come_once_and_the_most_used_first(anna: Api, nobody: Api) -> None:
    anna.publish(tagList=["b", "c"])
    anna.publish(tagList=["c", "a"])
    assert nobody.get("/tags").json == {"tags": ["c", "a", "b"]}


def test_no_tag_is_left_out(anna: Api) -> None:
    anna.publish(tagList=[f"tag {i}" for i in range(150)])
    anna.publish(tagList=["fresh"])
    tags = anna.get("/tags").json["tags"]  # type: ignore[index]
    assert len(tags) == 151
    assert "fresh" in tags


def test_a_tag_that_no_article_carries_is_gone(anna: Api) -> None:
    slug = anna.publish(tagList=["old"])["slug"]
    anna.put(f"/articles/{slug}", {"article": {"tagList": ["new"]}})
    assert anna.get("/tags").json == {"tags": ["new"]}

"""A6: the feed."""

from tests.conduit.client import Client, Member
from tests.conduit.conftest import Someone


def test_whoever_follows_nobody_has_an_empty_feed(someone: Someone) -> None:
    member = someone()
    member.publish()
    assert member.feed() == {"articles": [], "articlesCount": 0}


def test_the_feed_has_those_followed_now_and_nothing_else(jane: Member, someone: Someone) -> None:
    reader, one, two = someone(), someone(), someone()
    first, second = one.publish()["slug"], two.publish()["slug"]
    jane.publish()
    reader.publish()
    for member in (one, two):
        reader.follow(member.username)
    third = one.publish()["slug"]
    feed = reader.feed()
    assert [entry["slug"] for entry in feed["articles"]] == [third, second, first]
    assert feed["articlesCount"] == 3
    assert all(entry["author"]["following"] is True for entry in feed["articles"])
    reader.unfollow(one.username)
    assert [entry["slug"] for entry in reader.feed()["articles"]] == [second]


def test_a_feed_is_of_its_reader_alone(someone: Someone) -> None:
    one, two, author = someone(), someone(), someone()
    author.publish()
    one.follow(author.username)
    assert one.feed()["articlesCount"] == 1
    assert two.feed()["articlesCount"] == 0


def test_a_deleted_article_leaves_the_feed(someone: Someone) -> None:
    reader, author = someone(), someone()
    reader.follow(author.username)
    slug = author.publish()["slug"]
    assert reader.feed()["articlesCount"] == 1
    author.delete(f"/api/articles/{slug}").expect(204)
    assert reader.feed()["articlesCount"] == 0


def test_feed_is_never_taken_for_a_slug(anyone: Client, jane: Member) -> None:
    anyone.get("/api/articles/feed").refused(401, "token", "is missing")
    assert jane.publish(title="feed")["slug"] != "feed"
    assert "articles" in jane.feed()

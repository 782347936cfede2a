"""A6: favorites."""

from tests.conduit.client import Client, Member
from tests.conduit.conftest import Someone


def test_a_favorite_answers_the_whole_article(anyone: Client, jane: Member, carl: Member) -> None:
    article = jane.publish(tagList=["x"])
    slug = article["slug"]
    assert carl.favorite(slug) == {**article, "favorited": True, "favoritesCount": 1}
    assert carl.article(slug) == {**article, "favorited": True, "favoritesCount": 1}
    assert anyone.article(slug) == {**article, "favoritesCount": 1}
    assert carl.unfavorite(slug) == article
    assert carl.article(slug) == article


def test_each_user_counts_once_and_the_author_may_too(anyone: Client, someone: Someone) -> None:
    members = [someone() for _ in range(3)]
    slug = members[0].publish()["slug"]
    for count, member in enumerate(members, 1):
        assert member.favorite(slug)["favoritesCount"] == count
        assert member.favorite(slug)["favoritesCount"] == count
    assert members[1].unfavorite(slug)["favoritesCount"] == 2
    assert members[0].article(slug)["favorited"] is True
    assert anyone.article(slug)["favoritesCount"] == 2


def test_favorites_show_in_lists(anyone: Client, jane: Member, someone: Someone) -> None:
    fan = someone()
    slug = jane.publish()["slug"]
    fan.favorite(slug)
    for reader, favorited in ((fan, True), (anyone, False)):
        found = reader.articles(favorited=fan.username)
        assert found["articlesCount"] == 1
        assert found["articles"][0]["slug"] == slug
        assert found["articles"][0]["favorited"] is favorited
        assert found["articles"][0]["favoritesCount"] == 1
    fan.unfavorite(slug)
    assert anyone.articles(favorited=fan.username) == {"articles": [], "articlesCount": 0}


def test_favorites_follow_a_new_username(anyone: Client, jane: Member, someone: Someone) -> None:
    fan = someone()
    slug = jane.publish()["slug"]
    fan.favorite(slug)
    name = fan.update(username=fan.username + "-new")["username"]
    assert anyone.articles(favorited=name)["articles"][0]["slug"] == slug
    assert anyone.articles(favorited=fan.username)["articlesCount"] == 0

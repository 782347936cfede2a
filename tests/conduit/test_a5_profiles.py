"""A5: profiles and follows."""

from tests.conduit.client import Client, Member, unique
from tests.conduit.conftest import Someone


def test_a_profile_is_for_everybody(anyone: Client, jane: Member, someone: Someone) -> None:
    member = someone()
    member.update(bio="swims", image="fish.png")
    expected = {"username": member.username, "bio": "swims", "image": "fish.png", "following": False}
    assert anyone.profile(member.username) == expected
    assert jane.profile(member.username) == expected
    assert member.profile(member.username) == expected


def test_following_is_said_to_the_follower_alone(anyone: Client, jane: Member, someone: Someone) -> None:
    reader, author = someone(), someone()
    assert reader.follow(author.username) == {
        "username": author.username,
        "bio": None,
        "image": None,
        "following": True,
    }
    assert reader.profile(author.username)["following"] is True
    assert anyone.profile(author.username)["following"] is False
    assert jane.profile(author.username)["following"] is False
    assert author.profile(reader.username)["following"] is False


def test_following_shows_in_articles_and_comments(someone: Someone) -> None:
    reader, author = someone(), someone()
    slug = author.publish()["slug"]
    author.comment(slug)
    for act, following in ((reader.follow, True), (reader.unfollow, False)):
        assert act(author.username)["following"] is following
        assert reader.profile(author.username)["following"] is following
        assert reader.article(slug)["author"]["following"] is following
        assert reader.articles(author=author.username)["articles"][0]["author"]["following"] is following
        assert reader.comments(slug)[0]["author"]["following"] is following
        assert reader.favorite(slug)["author"]["following"] is following
        assert reader.feed()["articlesCount"] == int(following)


def test_a_new_name_keeps_the_followers(someone: Someone) -> None:
    reader, author = someone(), someone()
    reader.follow(author.username)
    name = author.update(username=unique())["username"]
    assert reader.profile(name)["following"] is True
    author.publish()
    assert reader.feed()["articles"][0]["author"]["username"] == name


def test_many_may_be_followed_and_left_one_by_one(someone: Someone) -> None:
    reader, authors = someone(), [someone() for _ in range(3)]
    for author in authors:
        author.publish()
        reader.follow(author.username)
    assert reader.feed()["articlesCount"] == 3
    reader.unfollow(authors[1].username)
    assert {one["author"]["username"] for one in reader.feed()["articles"]} == {
        authors[0].username,
        authors[2].username,
    }

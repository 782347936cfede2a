"""The copies of users and follows end right, whatever order events come in."""

from itertools import permutations

import pytest
from sqlalchemy import Engine

from posts.projector.events import FollowChanged, ProfileChanged
from posts.projector.projection import Projection
from tests.conftest import NewUser
from tests.support.api import Api


@pytest.fixture
def projection(engine: Engine) -> Projection:
    return Projection(engine)


def profile(user: Api, version: int, username: str, bio: str | None = None) -> ProfileChanged:
    assert user.id
    return ProfileChanged(f"e{version}", user.id, username, bio, None, version)


def follow(follower: Api, followee: Api, version: int, following: bool = True) -> FollowChanged:
    assert follower.id
    assert followee.id
    return FollowChanged(f"e{version}", follower.id, followee.id, following, version)


def test_the_author_is_shown_as_they_are_now(anna: Api, projection: Projection) -> None:
    slug = anna.publish()["slug"]
    comment = anna.comment(slug)
    projection.apply(profile(anna, 2, "anna 2", "hello"))
    author = {"username": "anna 2", "bio": "hello", "image": None, "following": False}
    assert anna.article(slug)["author"] == author
    assert anna.get(f"/articles/{slug}/comments").json == {"comments": [{**comment, "author": author}]}
    assert anna.titles(author="anna 2") == ["A title"]
    assert anna.titles(author="anna") == []


def test_the_newest_version_wins_in_any_order(new_user: NewUser, projection: Projection) -> None:
    for order in permutations((2, 3, 4)):
        anna = new_user("anna")
        slug = anna.publish()["slug"]
        for version in order:
            projection.apply(profile(anna, version, f"v{version}"))
        assert anna.article(slug)["author"]["username"] == "v4"


def test_a_repeated_event_changes_nothing(anna: Api, projection: Projection) -> None:
    slug = anna.publish()["slug"]
    projection.apply(profile(anna, 2, "first"))
    projection.apply(profile(anna, 2, "other"))
    assert anna.article(slug)["author"]["username"] == "first"


def test_an_author_known_from_a_token_gets_the_rest_from_the_event(anna: Api, projection: Projection) -> None:
    slug = anna.publish()["slug"]
    projection.apply(profile(anna, 1, "anna", "from the event"))
    assert anna.article(slug)["author"]["bio"] == "from the event"


def test_a_token_never_overwrites_what_an_event_said(anna: Api, projection: Projection) -> None:
    projection.apply(profile(anna, 1, "renamed", "bio"))
    assert anna.publish()["author"]["username"] == "renamed"


def test_two_users_may_swap_their_names(anna: Api, ben: Api, projection: Projection) -> None:
    anna.publish("of anna")
    ben.publish("of ben")
    projection.apply(profile(anna, 2, "ben"))
    projection.apply(profile(ben, 2, "anna"))
    assert anna.titles(author="ben") == ["of anna"]
    assert anna.titles(author="anna") == ["of ben"]


def test_following_shows_everywhere(anna: Api, ben: Api, nobody: Api, projection: Projection) -> None:
    slug = anna.publish()["slug"]
    anna.comment(slug)
    projection.apply(follow(ben, anna, 1))
    assert ben.article(slug)["author"]["following"] is True
    assert nobody.article(slug)["author"]["following"] is False
    assert anna.article(slug)["author"]["following"] is False
    comments = ben.get(f"/articles/{slug}/comments").json
    assert comments["comments"][0]["author"]["following"] is True  # type: ignore[index]


def test_the_feed_has_the_followed_and_nothing_else(anna: Api, ben: Api, projection: Projection) -> None:
    anna.publish("1")
    ben.publish("own")
    anna.publish("2")
    assert ben.get("/articles/feed").json == {"articles": [], "articlesCount": 0}
    projection.apply(follow(ben, anna, 1))
    assert ben.titles("/articles/feed") == ["2", "1"]
    page = ben.get("/articles/feed", limit=1, offset=1).json
    assert [article["title"] for article in page["articles"]] == ["1"]  # type: ignore[index]
    assert page["articlesCount"] == 2  # type: ignore[index]
    assert page["articles"][0]["author"]["following"] is True  # type: ignore[index]
    assert "body" not in page["articles"][0]  # type: ignore[index]


def test_a_late_follow_does_not_undo_an_unfollow(anna: Api, ben: Api, projection: Projection) -> None:
    anna.publish()
    projection.apply(follow(ben, anna, 2, following=False))
    projection.apply(follow(ben, anna, 1))
    assert ben.titles("/articles/feed") == []
    projection.apply(follow(ben, anna, 3))
    assert ben.titles("/articles/feed") == ["A title"]

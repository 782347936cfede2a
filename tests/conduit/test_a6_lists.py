"""A6: lists, filters, pages."""

import pytest

from tests.conduit.client import Client, Json, Member, unique
from tests.conduit.conftest import Someone


def _slugs(listed: Json) -> list[str]:
    return [one["slug"] for one in listed["articles"]]


@pytest.fixture(scope="module")
def many(anyone: Client) -> tuple[Member, list[str]]:
    """Somebody with 25 articles made as fast as can be, newest first."""
    author = Member.sign_up(anyone.url)
    return author, [author.publish(title=f"Number {number}")["slug"] for number in range(25)][::-1]


def test_the_newest_is_first_also_within_one_second(anyone: Client, many: tuple[Member, list[str]]) -> None:
    author, slugs = many
    assert _slugs(anyone.articles(author=author.username, limit=100)) == slugs
    assert set(slugs) & set(_slugs(anyone.articles(limit=100)))


def test_there_are_20_unless_asked_otherwise(anyone: Client, many: tuple[Member, list[str]]) -> None:
    author, slugs = many
    listed = anyone.articles(author=author.username)
    assert _slugs(listed) == slugs[:20]
    assert listed["articlesCount"] == 25


@pytest.mark.parametrize("size", [1, 4, 7, 10, 25, 30])
def test_pages_neither_overlap_nor_leave_gaps(anyone: Client, many: tuple[Member, list[str]], size: int) -> None:
    author, slugs = many
    found: list[str] = []
    for offset in range(0, 25, size):
        page = anyone.articles(author=author.username, limit=size, offset=offset)
        assert page["articlesCount"] == 25
        assert len(page["articles"]) == min(size, 25 - offset)
        found += _slugs(page)
    assert found == slugs


@pytest.mark.parametrize("offset", [25, 26, 1000, 2**31, 2**63, 10**30])
def test_beyond_the_end_there_is_nothing_but_the_count(
    anyone: Client, many: tuple[Member, list[str]], offset: int
) -> None:
    listed = anyone.articles(author=many[0].username, offset=offset)
    assert listed == {"articles": [], "articlesCount": 25}


def test_the_feed_has_pages_too(many: tuple[Member, list[str]], someone: Someone) -> None:
    author, slugs = many
    reader = someone()
    reader.follow(author.username)
    assert _slugs(reader.feed()) == slugs[:20]
    assert _slugs(reader.feed("?limit=10&offset=10")) == slugs[10:20]
    assert reader.feed("?limit=1&offset=24") == {**reader.feed("?limit=1&offset=24"), "articlesCount": 25}


def test_filters_combine_with_and(anyone: Client, someone: Someone) -> None:
    one, two, fan = someone(), someone(), someone()
    tag = unique("both")
    wanted = one.publish(tagList=["x", tag])["slug"]
    other = two.publish(tagList=[tag])["slug"]
    plain = one.publish()["slug"]
    for slug in (wanted, other, plain):
        fan.favorite(slug)
    one.favorite(plain)
    assert _slugs(anyone.articles(tag=tag)) == [other, wanted]
    assert _slugs(anyone.articles(author=one.username)) == [plain, wanted]
    assert _slugs(anyone.articles(favorited=fan.username)) == [plain, other, wanted]
    assert _slugs(anyone.articles(tag=tag, author=one.username)) == [wanted]
    assert _slugs(anyone.articles(author=one.username, favorited=one.username)) == [plain]
    both = anyone.articles(tag=tag, author=two.username, favorited=fan.username)
    assert (_slugs(both), both["articlesCount"]) == ([other], 1)
    assert anyone.articles(tag=tag, author=one.username, favorited=two.username)["articlesCount"] == 0


@pytest.mark.parametrize("name", ["tag", "author", "favorited"])
def test_a_value_that_matches_nothing_gives_nothing(anyone: Client, name: str) -> None:
    assert anyone.articles(**{name: unique("nothing")}) == {"articles": [], "articlesCount": 0}


@pytest.mark.parametrize("name", ["tag", "author", "favorited"])
def test_values_are_exact(anyone: Client, someone: Someone, name: str) -> None:
    member = someone(unique("Exact"))
    tag = unique("Exact")
    slug = member.publish(tagList=[tag])["slug"]
    member.favorite(slug)
    value = tag if name == "tag" else member.username
    assert _slugs(anyone.articles(**{name: value})) == [slug]
    for other in (value.swapcase(), value[:-1], value + " ", value[:-1] + "%", value[:-1] + "_"):
        assert anyone.articles(**{name: other})["articlesCount"] == 0, other


@pytest.mark.parametrize("name", ["tag", "author", "favorited", "limit", "offset"])
def test_an_empty_value_is_no_filter(anyone: Client, jane: Member, name: str) -> None:
    slug = jane.publish()["slug"]
    assert _slugs(anyone.get(f"/api/articles?{name}=").expect(200))[0] == slug
    both = anyone.get(f"/api/articles?tag=&favorited=&author={jane.username}").expect(200)
    assert _slugs(both)[0] == slug


def test_unknown_parameters_are_ignored(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    assert _slugs(anyone.get("/api/articles?sort=title&x=1&=&&").expect(200))[0] == slug


def test_a_list_shows_what_its_reader_has_done(anyone: Client, someone: Someone) -> None:
    author, reader = someone(), someone()
    slug = author.publish()["slug"]
    reader.follow(author.username)
    reader.favorite(slug)
    mine = reader.articles(author=author.username)["articles"][0]
    assert (mine["favorited"], mine["favoritesCount"], mine["author"]["following"]) == (True, 1, True)
    for other in (anyone, author):
        seen = other.articles(author=author.username)["articles"][0]
        assert (seen["favorited"], seen["favoritesCount"], seen["author"]["following"]) == (False, 1, False)

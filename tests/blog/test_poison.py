"""An event that can't be applied is parked, and the others go on; it is applied when it comes again."""

import asyncio
import json
from collections.abc import Callable, Iterator

import nats
import pytest

from tests.blog.conftest import NewMember
from tests.blog.database import sql
from tests.blog.stream import parked
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, Member, unique

Forbid = Callable[[str], None]


@pytest.fixture
def forbid(mended: BlogApp) -> Iterator[Forbid]:
    """A mistake in posts' database: a rule that some bio breaks. Ends with the test, if not before."""
    sql(mended, "ALTER TABLE authors DROP CONSTRAINT IF EXISTS mistake")
    yield lambda bio: _forbid(mended, bio)
    _allow(mended)


def _forbid(blog: BlogApp, bio: str) -> None:
    sql(blog, f"ALTER TABLE authors ADD CONSTRAINT mistake CHECK (bio NOT LIKE '{bio}%')")


def _allow(blog: BlogApp) -> None:
    sql(blog, "ALTER TABLE authors DROP CONSTRAINT IF EXISTS mistake")


def test_poison_is_parked_and_others_go_on(two: BlogApp, anyone: Client, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    mark = unique("poison")
    poison = [
        mark.encode() + b" \xff\x00 is not even json",
        json.dumps({"id": mark, "type": "of another kind"}).encode(),
        json.dumps({"id": mark, "type": "profile", "user": {"id": "no uuid", "username": 7}}).encode(),
    ]
    ids = asyncio.run(_publish(two.environment("users")["NATS_URL"], poison))
    for number in range(10):
        author.update(bio=f"bio {number}")
        assert anyone.article(slug)["author"]["bio"] == f"bio {number}"
    assert eventually(lambda: set(ids) <= parked(two).keys(), within=30, every=0.5)
    assert [parked(two)[name]["notes"][0]["tries"] for name in ids] == [5, 5, 5]
    assert "of another kind" in parked(two)[ids[1]]["notes"][0]["cause"]
    assert mark in json.loads(two.shoal("streams", "show", ids[2], "--json"))["message"]["text"]
    two.shoal("streams", "drop", *ids)
    assert not set(ids) & parked(two).keys()
    assert author.update(bio="after all")["bio"] == "after all"
    assert anyone.article(slug)["author"]["bio"] == "after all"


def test_what_a_mistake_of_ours_parked_is_applied_when_that_is_mended(
    mended: BlogApp, anyone: Client, member: NewMember, forbid: Forbid
) -> None:
    author, other = member(), member()
    slug, elsewhere = author.publish()["slug"], other.publish()["slug"]
    author.update(bio="before")
    unlucky = unique("unlucky")
    forbid(unlucky)
    before = parked(mended).keys()
    refused = author.put("/api/user", {"user": {"bio": f"{unlucky} one"}})
    assert refused.status == 503, refused  # nobody could confirm it: it stays in users, and shows later
    assert anyone.profile(author.username)["bio"] == f"{unlucky} one"

    assert eventually(lambda: parked(mended).keys() - before, within=30, every=0.5)
    causes = [note["cause"] for name in parked(mended).keys() - before for note in parked(mended)[name]["notes"]]
    assert all('violates check constraint "mistake"' in cause for cause in causes)
    other.update(bio="goes on")
    assert anyone.article(elsewhere)["author"]["bio"] == "goes on"
    assert anyone.article(slug)["author"]["bio"] == "before"

    _allow(mended)
    mended.shoal("streams", "replay", "--all")
    assert eventually(lambda: anyone.article(slug)["author"]["bio"] == f"{unlucky} one", within=20)


def test_a_replay_does_not_undo_what_came_later(
    mended: BlogApp, anyone: Client, member: NewMember, forbid: Forbid
) -> None:
    author = member()
    slug = author.publish()["slug"]
    unlucky = unique("unlucky")
    forbid(unlucky)
    before = parked(mended).keys()
    assert author.put("/api/user", {"user": {"bio": unlucky}}).status == 503
    author.update(bio="newer")
    assert eventually(lambda: parked(mended).keys() - before, within=30, every=0.5)
    _allow(mended)
    mended.shoal("streams", "replay", "--all")
    _confirmed_after(author)
    assert anyone.article(slug)["author"]["bio"] == "newer"


def _confirmed_after(author: Member) -> None:
    """The stream is read in order: what is confirmed now comes after all that was sent before."""
    author.update(image="seen.png")


async def _publish(url: str, payloads: list[bytes]) -> list[str]:
    """Their IDs."""
    client = await nats.connect(url, allow_reconnect=False)
    try:
        sent = [await client.jetstream().publish("users.profile.poison", payload) for payload in payloads]
        return [f"{one.stream}:{one.seq}" for one in sent]
    finally:
        await client.close()

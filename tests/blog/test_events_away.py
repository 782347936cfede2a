"""NATS is away: writes that it would carry are refused before they are done, and everything else goes on.

How long it is away is a variable: by default longer than any client waits for anything (two lost pings, 10 s, are the
longest), and SHOAL_AWAY=180 makes it minutes.
"""

import os
import signal
import time

import pytest

from tests.blog.conftest import NewMember
from tests.blog.database import sql
from tests.blog.stream import caught_up, parked
from tests.blog.writers import Writers
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, Member, encoded, unique

AWAY_S = float(os.environ.get("SHOAL_AWAY", "13"))


def test_without_nats_such_a_write_is_refused_before_it_is_done(
    mended: BlogApp, anyone: Client, member: NewMember
) -> None:
    author, reader = member(), member()
    slug = author.publish()["slug"]
    author.update(bio="before")
    mended.shoal("stop", "events")

    began = time.monotonic()
    for answer in (
        author.put("/api/user", {"user": {"bio": "after"}}),
        author.put("/api/user", {"user": {"username": unique("after")}}),
        reader.post(f"/api/profiles/{encoded(author.username)}/follow"),
        reader.delete(f"/api/profiles/{encoded(author.username)}/follow"),
    ):
        assert answer.status == 503, answer
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.errors["events"]
    assert time.monotonic() - began < 4
    assert author.user()["bio"] == "before"
    assert author.user()["username"] == author.username
    assert reader.profile(author.username)["following"] is False

    _what_goes_on(anyone, member, slug)

    mended.shoal("start", "events")
    change = {"user": {"bio": "later"}}
    assert eventually(lambda: author.put("/api/user", change).status == 200, within=20)
    assert anyone.article(slug)["author"]["bio"] == "later"


def _what_goes_on(anyone: Client, member: NewMember, slug: str) -> None:
    new = member()
    login = {"email": new.email, "password": new.password}
    anyone.post("/api/users/login", {"user": login}).expect(200)
    new.update(email=f"new-{new.email}")
    new.update(password="another one")
    login = {"email": f"new-{new.email}", "password": "another one"}
    anyone.post("/api/users/login", {"user": login}).expect(200)
    own = new.publish()["slug"]
    assert anyone.article(own)["author"]["username"] == new.username
    new.edit(own, body="edited")
    new.comment(slug)
    new.favorite(slug)
    assert new.feed()["articlesCount"] == 0
    assert anyone.profile(new.username)["username"] == new.username
    new.delete(f"/api/articles/{own}").expect(204)


def test_a_killed_nats_comes_back_with_all_that_was_written(mended: BlogApp, anyone: Client, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    author.update(bio="before")
    old = mended.ready("events")[0]["pid"]
    os.kill(old, signal.SIGKILL)
    newcomer = member()  # its event waits in the outbox
    assert eventually(lambda: any(one["pid"] != old for one in mended.ready("events")), within=30)
    change = {"user": {"bio": "after"}}
    assert eventually(lambda: author.put("/api/user", change).status == 200, within=20)
    assert anyone.article(slug)["author"]["bio"] == "after"
    newcomer.update(bio="there")
    assert newcomer.publish()["author"]["bio"] == "there"


def test_a_nats_that_is_killed_again_and_again_costs_no_answered_write(mended: BlogApp, member: NewMember) -> None:
    with Writers(member(), member(), member()) as writers:
        for _ in range(3):
            seen = writers.done
            assert eventually(lambda: writers.done > seen + 10, within=20), "no write is confirmed"  # noqa: B023
            old = mended.ready("events")[0]["pid"]
            os.kill(old, signal.SIGKILL)
            assert eventually(lambda: any(one["pid"] != old for one in mended.ready("events")), within=30)  # noqa: B023
        seen = writers.done
        assert eventually(lambda: writers.done > seen + 10, within=20), "no write is confirmed"
    assert (writers.failures, writers.stale) == ([], [])
    assert eventually(lambda: caught_up(mended), within=20, every=0.5)
    assert writers.agree()


@pytest.mark.timeout(AWAY_S + 120, func_only=True)
def test_what_happens_while_nats_is_away_for_long_is_told_when_it_is_back(
    mended: BlogApp, anyone: Client, member: NewMember
) -> None:
    author = member()
    slug = author.publish()["slug"]
    author.update(bio="before")
    poison = parked(mended)
    mended.shoal("stop", "events")
    new = _live_on(member, author, AWAY_S)
    assert len(new) >= 10
    assert _told(mended, new) == 0
    mended.shoal("start", "events")

    assert eventually(lambda: _told(mended, new) == len(new), within=60, every=0.5)
    assert eventually(lambda: author.put("/api/user", {"user": {"bio": "after"}}).status == 200, within=20)
    assert anyone.article(slug)["author"]["bio"] == "after"
    assert eventually(lambda: caught_up(mended), within=20, every=0.5)
    assert parked(mended) == poison


@pytest.mark.timeout(AWAY_S + 120, func_only=True)
def test_a_nats_that_stands_still_costs_no_event(mended: BlogApp, anyone: Client, member: NewMember) -> None:
    """It takes connections and answers nothing: the worst of it."""
    author = member()
    slug = author.publish()["slug"]
    pid = mended.ready("events")[0]["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        new = _live_on(member, author, AWAY_S)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert eventually(lambda: _told(mended, new) == len(new), within=60, every=0.5)
    assert eventually(lambda: author.put("/api/user", {"user": {"bio": "after"}}).status == 200, within=20)
    assert anyone.article(slug)["author"]["bio"] == "after"


def _live_on(member: NewMember, author: Member, seconds: float) -> list[Member]:
    """People sign up, every second one writes; nobody's change of bio is answered as done. The new ones."""
    new: list[Member] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(new) < 10:
        new.append(member())
        if len(new) % 2:
            new[-1].publish()
        assert author.put("/api/user", {"user": {"bio": f"not now {len(new)}"}}).status == 503
        time.sleep(max(0.0, min(seconds / 20, end - time.monotonic())))
    return new


def _told(blog: BlogApp, members: list[Member]) -> int:
    """Of how many posts has got the event: what it knows of the others, it has from their tokens."""
    names = [member.username for member in members]
    query = "SELECT count(*) FROM authors WHERE username = ANY(%s) AND NOT from_token"
    return int(sql(blog, query, names)[0][0])

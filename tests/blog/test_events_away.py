"""NATS is away: writes that it would carry are refused before they are done, and everything else goes on."""

import os
import signal
import time

from tests.blog.conftest import NewMember
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, encoded, unique


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

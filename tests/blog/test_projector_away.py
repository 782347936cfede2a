"""The projector is stopped: a write that it would confirm says so, and arrives later."""

import time
from collections.abc import Callable

from tests.blog.conftest import NewMember
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Answer, Client, encoded


def test_a_write_that_nobody_confirms_is_503_and_arrives_later(
    mended: BlogApp, anyone: Client, member: NewMember
) -> None:
    author, reader = member(), member()
    slug = author.publish()["slug"]
    author.update(bio="before")
    mended.shoal("stop", "posts-projector")

    for answer, seconds in (
        _timed(lambda: author.put("/api/user", {"user": {"bio": "after"}})),
        _timed(lambda: reader.post(f"/api/profiles/{encoded(author.username)}/follow")),
    ):
        assert answer.status == 503, answer
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.errors["events"]
        assert seconds < 4.5
    assert anyone.profile(author.username)["bio"] == "after"  # users has it: the write stays
    assert anyone.article(slug)["author"]["bio"] == "before"

    # What needs no confirmation goes on.
    author.update(email=f"new-{author.email}", password="another one")
    login = {"email": f"new-{author.email}", "password": "another one"}
    anyone.post("/api/users/login", {"user": login}).expect(200)
    assert member().publish()["slug"]

    mended.shoal("start", "posts-projector")
    assert eventually(lambda: anyone.article(slug)["author"]["bio"] == "after", within=20)
    assert eventually(lambda: reader.feed()["articlesCount"] == 1, within=20)


def _timed(request: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.monotonic()
    answer = request()
    return answer, time.monotonic() - began

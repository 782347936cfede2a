"""The projector is away, killed or slow: a write that it would confirm says so, and arrives later."""

import os
import random
import signal
import time
from collections.abc import Callable

from tests.blog.conftest import NewMember
from tests.blog.stream import caught_up, parked
from tests.blog.writers import Writers
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


def test_a_projector_that_is_killed_at_random_costs_no_write(mended: BlogApp, member: NewMember) -> None:
    poison, when = parked(mended), random.Random(7)
    with Writers(member(), member(), member()) as writers:
        for _ in range(3):
            time.sleep(when.uniform(0.5, 2.0))
            _kill_one(mended)
            assert eventually(lambda: mended.ready("posts-projector"), within=30)
            seen = writers.done
            assert eventually(lambda: writers.done > seen + 5, within=20), "no write is confirmed"  # noqa: B023
    assert (writers.failures, writers.stale) == ([], [])
    assert eventually(lambda: caught_up(mended), within=20, every=0.5)
    assert writers.agree()
    assert parked(mended) == poison


def test_with_two_projectors_the_death_of_one_refuses_no_write(mended: BlogApp, member: NewMember) -> None:
    mended.shoal("scale", "posts-projector=2")
    try:
        assert eventually(lambda: len(mended.ready("posts-projector")) == 2, within=30)
        with Writers(member(), member(), member()) as writers:
            for _ in range(2):
                seen = writers.done
                assert eventually(lambda: writers.done > seen + 10, within=20)  # noqa: B023
                victim = _kill_one(mended)
                assert eventually(lambda: _two_without(mended, victim), within=30)  # noqa: B023
        assert (writers.failures, writers.stale, writers.refused) == ([], [], 0)
        assert writers.agree()
    finally:
        mended.shoal("scale", "posts-projector=1")


def test_a_projector_that_stands_still_costs_no_write(mended: BlogApp, member: NewMember) -> None:
    """Longer than the stream waits for it, so that it is given the same events again."""
    poison = parked(mended)
    with Writers(member(), member()) as writers:
        pid = mended.ready("posts-projector")[0]["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            assert eventually(lambda: writers.refused >= 4, within=30), "writes are answered though nobody confirms"
        finally:
            os.kill(pid, signal.SIGCONT)
        seen = writers.done
        assert eventually(lambda: writers.done > seen + 5, within=30), "no write is confirmed"
    assert (writers.failures, writers.stale) == ([], [])
    assert eventually(lambda: caught_up(mended), within=20, every=0.5)
    assert writers.agree()
    assert parked(mended) == poison


def _kill_one(blog: BlogApp) -> int:
    """Its pid."""
    pid = int(random.choice(blog.ready("posts-projector"))["pid"])
    os.kill(pid, signal.SIGKILL)
    return pid


def _two_without(blog: BlogApp, pid: int) -> bool:
    pids = {row["pid"] for row in blog.ready("posts-projector")}
    return len(pids) == 2 and pid not in pids


def _timed(request: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.monotonic()
    answer = request()
    return answer, time.monotonic() - began

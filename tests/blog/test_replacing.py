"""Instances come and go while requests run, and nobody who asks can tell.

What counts is that none fails, not how long it takes.
"""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.blog.conftest import NewMember
from tests.blog.load import Load, Request
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, draft

ENOUGH = 600
"""Requests that have to be answered in each test."""
VARIABLE = {
    "posts": ("command: [python, -m, posts]", "command: [python, -m, posts]\n    environment: { ROUND: one }"),
    "users": ("JDK_JAVA_OPTIONS: -Xmx256m", "ROUND: one, JDK_JAVA_OPTIONS: -Xmx256m"),
}

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def reads(anyone: Client, member: NewMember) -> list[Request]:
    author = member()
    slug = author.publish()["slug"]
    return [
        lambda: anyone.get(f"/api/articles/{slug}"),
        lambda: anyone.get("/api/tags"),
        lambda: anyone.get(f"/api/profiles/{author.username}"),
        lambda: author.get("/api/user"),
    ]


@pytest.fixture
def writes(member: NewMember) -> list[Request]:
    author, reader = member(), member()
    return [
        lambda: author.post("/api/articles", {"article": draft()}),
        lambda: reader.put("/api/user", {"user": {"bio": "changed"}}),
    ]


@pytest.fixture
def changed(two: BlogApp) -> Iterator[Callable[[str], None]]:
    """Gives a service another variable, and has it rolled out; taken back at the end."""
    assert two.folder is not None
    file = two.folder / "shoal.yaml"
    before = file.read_text()

    def change(service: str) -> None:
        assert VARIABLE[service][0] in before
        file.write_text(before.replace(*VARIABLE[service], 1))
        two.heal()

    yield change
    file.write_text(before)
    two.heal()


def ids(blog: BlogApp, service: str) -> set[str]:
    return {one["id"] for one in blog.ready(service)}


def none_failed(load: Load, *, above: int = ENOUGH) -> bool:
    """After so many that the end of what happened is well behind."""
    seen = load.answered
    assert eventually(lambda: load.answered >= max(above, seen + 50), within=120), f"{load.answered} were answered"
    assert load.failures == []
    return True


@pytest.mark.parametrize("service", ["posts", "users"])
def test_a_rolling_update_fails_no_request(
    two: BlogApp, reads: list[Request], writes: list[Request], changed: Callable[[str], None], service: str
) -> None:
    before = ids(two, service)
    with Load(*reads, *writes) as load:
        changed(service)
        assert none_failed(load)
    assert len(ids(two, service)) == 2
    assert not before & ids(two, service), "all were replaced"


def test_a_restart_of_both_services_fails_no_request(two: BlogApp, reads: list[Request], writes: list[Request]) -> None:
    with Load(*reads, *writes) as load:
        two.shoal("restart", "users", "posts")
        assert none_failed(load)


def test_more_and_fewer_instances_fail_no_request(two: BlogApp, reads: list[Request], writes: list[Request]) -> None:
    with Load(*reads, *writes) as load:
        for many in (3, 1, 2):
            two.shoal("scale", f"posts={many}", f"users={many}")
            assert eventually(partial(has, two, many), within=90, every=0.5)
        assert none_failed(load)


def has(blog: BlogApp, many: int) -> bool:
    return [len(blog.ready(service)) for service in ("posts", "users")] == [many, many]


@pytest.mark.parametrize("service", ["posts", "users"])
def test_a_killed_instance_fails_no_request_that_reads(mended: BlogApp, reads: list[Request], service: str) -> None:
    """Of a write that it had, nobody could say whether it was done."""
    victim = mended.ready(service)[0]
    with Load(*reads) as load:
        os.kill(victim["pid"], signal.SIGKILL)
        assert eventually(lambda: len(ids(mended, service) - {victim["id"]}) == 2, within=90, every=0.5)
        assert none_failed(load)

from collections.abc import Callable, Iterator

import pytest

from tests.blog_app import BlogApp, eventually, share
from tests.conduit.client import Client, Member

NewMember = Callable[..., Member]


def pytest_configure(config: pytest.Config) -> None:
    share(config)


@pytest.fixture(scope="package")
def two(blog: BlogApp) -> Iterator[BlogApp]:
    """The blog with two instances of each of users and posts."""
    blog.shoal("scale", "users=2", "posts=2")
    for service in ("users", "posts"):
        assert eventually(lambda name=service: len(blog.ready(name)) == 2, within=60), (
            f"{service} has not two instances"
        )
    yield blog
    blog.shoal("scale", "users=1", "posts=1")


@pytest.fixture
def mended(two: BlogApp) -> Iterator[BlogApp]:
    """For tests that break something: afterwards everything runs again and confirms writes."""
    yield two
    two.heal()
    member = Member.sign_up(two.url)
    answer = eventually(lambda: member.put("/api/user", {"user": {"bio": "mended"}}).status == 200, within=30)
    assert answer, "no write is confirmed after the test"


@pytest.fixture
def anyone(two: BlogApp) -> Client:
    return Client(two.url)


@pytest.fixture
def member(two: BlogApp) -> NewMember:
    return lambda username=None: Member.sign_up(two.url, username)

from collections.abc import Callable, Iterator
from functools import partial

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
    assert eventually(partial(_has_two_of_each, blog), within=60), "there are not two instances of each"
    yield blog
    blog.shoal("scale", "users=1", "posts=1")


def _has_two_of_each(blog: BlogApp) -> bool:
    return [len(blog.ready(service)) for service in ("users", "posts")] == [2, 2]


@pytest.fixture
def mended(two: BlogApp) -> Iterator[BlogApp]:
    """For tests that break something: afterwards everything runs again and confirms writes."""
    yield two
    two.heal()
    member = Member.sign_up(two.url)
    assert eventually(partial(_confirmed, member), within=30), "no write is confirmed after the test"


def _confirmed(member: Member) -> bool:
    return member.put("/api/user", {"user": {"bio": "mended"}}).status == 200


@pytest.fixture
def anyone(two: BlogApp) -> Client:
    return Client(two.url)


@pytest.fixture
def member(two: BlogApp) -> NewMember:
    return lambda username=None: Member.sign_up(two.url, username)

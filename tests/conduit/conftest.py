from collections.abc import Callable

import pytest

from tests.blog_app import BlogApp, share
from tests.conduit.client import Client, Member

Someone = Callable[..., Member]


def pytest_configure(config: pytest.Config) -> None:
    share(config)


@pytest.fixture(scope="session")
def anyone(blog: BlogApp) -> Client:
    """Not logged in."""
    return Client(blog.url)


@pytest.fixture(scope="session")
def jane(blog: BlogApp) -> Member:
    """Logged in; no test changes her account or whom she follows."""
    return Member.sign_up(blog.url)


@pytest.fixture(scope="session")
def carl(blog: BlogApp) -> Member:
    """Another one like jane."""
    return Member.sign_up(blog.url)


@pytest.fixture(scope="module")
def changing(blog: BlogApp) -> Member:
    """One whose profile, password and follows the tests of a file change, one after the other."""
    return Member.sign_up(blog.url)


@pytest.fixture
def someone(blog: BlogApp) -> Someone:
    """Signs up a new user, of whom a test may do as it likes."""
    return lambda username=None: Member.sign_up(blog.url, username)

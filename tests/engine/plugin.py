"""For pytest: the mark `docker` and the fixtures of an engine. One engine serves a session and all processes of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.keeper import STARTS_WITHIN, Engine, ended, started
from tests.engine.needs import lacking
from tests.engine.quiet import using

# Which process the engine is for: the one that others run tests for.
OWNER = "SHOAL_TESTS_ENGINE_FOR"


def pytest_configure() -> None:
    os.environ.setdefault(OWNER, str(os.getpid()))


def pytest_unconfigure() -> None:
    if os.environ.get(OWNER) == str(os.getpid()):
        del os.environ[OWNER]
        ended(_folder(os.getpid()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of them may have to wait until images are made."""
    for item in items:
        if item.get_closest_marker("docker") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(STARTS_WITHIN))


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Left out by name where there can be none, but never where all tests are to be run."""
    if why := lacking():
        if os.environ.get("SHOAL_TESTS") == "whole":
            pytest.fail(why)
        pytest.skip(why)
    owner = int(os.environ[OWNER])
    return started(_folder(owner), owner)


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of a test with the mark `docker`: containers, networks, volumes. What lives longer than a test (a fixture of a
    module) says so by `quiet.using`."""
    if request.node.get_closest_marker("docker") is None:
        yield
        return
    engine: Engine = request.getfixturevalue("engine")
    with using(_folder(int(os.environ[OWNER])), engine.client, request.node.nodeid):
        yield


def _folder(owner: int) -> Path:
    return Path(tempfile.gettempdir()) / f"shoal-engine-{owner}"

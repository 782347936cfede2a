"""`app`: makes apps; at the end each is taken down, and anything that is left of it fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.scenarios.app import App

Make = Callable[..., App]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds are shared by all tests of a run."""
    return tmp_path_factory.mktemp("cache")


def making(root: Path, cache: Path) -> Iterator[Make]:
    """A function that makes apps below `root`. The state's path is too long for a socket and has a space, unless
    `plain`; `home` puts an app's state beside another app's."""
    made: list[App] = []

    def make(
        yaml: str,
        files: Mapping[str, str] | None = None,
        *,
        name: str = "app",
        plain: bool = False,
        home: Path | None = None,
    ) -> App:
        below = f"{name}-state" if plain else f"{name} state/{'a long name ' * 9}".rstrip()
        app = App(root / name, home or root / below, cache, shared=home is not None)
        app.folder.mkdir(parents=True)
        app.home.mkdir(parents=True, exist_ok=True)
        app.write({"shoal.yaml": yaml, **(files or {})})
        made.append(app)
        return app

    yield make
    problems = []
    for app in made:
        try:
            app.end()
        except AssertionError as problem:
            problems.append(problem)
    if problems:
        raise problems[0]


@pytest.fixture
def app(tmp_path: Path, cache: Path) -> Iterator[Make]:
    yield from making(tmp_path, cache)


@pytest.fixture(scope="module")
def lasting_app(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Make]:
    """The same for tests that only look."""
    yield from making(tmp_path_factory.mktemp("app"), cache)

"""A small app's folder, and files loaded in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.model.app import App
from shoal.spec import load

FOLDERS = ("users", "posts", "web")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app's folder (the current one, too) with sources of users, posts and web."""
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    (tmp_path / "schema.sql").write_text("select 1;")
    monkeypatch.chdir(tmp_path)
    return tmp_path


Load = Callable[..., App]


@pytest.fixture
def loaded(folder: Path) -> Load:
    """Loads a text as shoal.yaml, with these variables."""

    def loads(text: str, environment: str | None = None, **variables: str) -> App:
        (folder / "shoal.yaml").write_text(text, encoding="utf-8")
        return load(Path("shoal.yaml"), environment=environment, variables=variables)

    return loads

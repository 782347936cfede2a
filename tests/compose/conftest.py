"""Compose files written into a folder and read as Compose reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shoal.compose.project import Project
from shoal.compose.reading import plain
from shoal.spec.report import Report

Read = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[[Mapping[str, str]], list[Path]]:
    """Name -> text; the files' paths."""

    def written(files: Mapping[str, str]) -> list[Path]:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return [Path(name) for name in files]

    return written


@pytest.fixture
def read(write: Callable[[Mapping[str, str]], list[Path]]) -> Read:
    """What `compose.yaml` and the others named say together, without places."""

    def project(files: Mapping[str, str] | str, *more: str, variables: Mapping[str, str] = {}) -> Any:
        write({"compose.yaml": files} if isinstance(files, str) else files)
        report = Report()
        found = Project([Path("compose.yaml"), *map(Path, more)], variables, report)
        report.raise_any()
        return plain(found.tree)

    return project

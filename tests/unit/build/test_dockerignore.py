"""`.dockerignore`, as Docker reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.build.dockerignore import dockerignore
from shoal.build.left_out import LeftOut
from shoal.build.tree import folders, walk

FILES = (
    "Dockerfile",
    ".env",
    "a.md",
    "docs/a.md",
    "docs/deep/b.md",
    "docs/keep.md",
    "src/main.c",
    "src/a*b",
    "tmp/x/y",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def left(folder: Path, text: str, dockerfile: str = "Dockerfile") -> set[str]:
    """What of the files the engine would not see."""
    (folder / ".dockerignore").write_text(text)
    seen = {entry.name for entry in walk(folder, dockerignore(folder, dockerfile))}
    return set(FILES) - seen


@pytest.mark.parametrize(("text", "out"), [
    ("", set()),
    ("# docs\n\n.\n/\n", set()),
    ("docs", {"docs/a.md", "docs/deep/b.md", "docs/keep.md"}),
    ("/docs/\n", {"docs/a.md", "docs/deep/b.md", "docs/keep.md"}),
    ("*.md", {"a.md"}),
    ("*/*.md", {"docs/a.md", "docs/keep.md"}),
    ("**/*.md", {"a.md", "docs/a.md", "docs/deep/b.md", "docs/keep.md"}),
    ("docs/**", {"docs/a.md", "docs/deep/b.md", "docs/keep.md"}),
    ("docs\n!docs/keep.md", {"docs/a.md", "docs/deep/b.md"}),
    ("docs\n!docs/deep", {"docs/a.md", "docs/keep.md"}),
    ("!docs/keep.md\ndocs", {"docs/a.md", "docs/deep/b.md", "docs/keep.md"}),
    ("**\n!**/keep.md", set(FILES) - {"Dockerfile", "docs/keep.md"}),
    ("*\n!src", set(FILES) - {"Dockerfile", "src/main.c", "src/a*b"}),
    ("Dockerfile", set()),
    ("src/a\\*b", {"src/a*b"}),
    ("tmp/../src", {"src/main.c", "src/a*b"}),
    ("  .env  ", {".env"}),
], ids=lambda value: str(sorted(value)) if isinstance(value, set) else value)  # fmt: skip
def test_what_is_left_out(folder: Path, text: str, out: set[str]) -> None:
    assert left(folder, text) == out


def test_one_of_the_dockerfiles_own_stands_in_for_the_folders(folder: Path) -> None:
    (folder / "Dockerfile.dockerignore").write_text("src")
    assert left(folder, "docs") == {"src/main.c", "src/a*b"}
    assert left(folder, "docs", "docker/release") == {"docs/a.md", "docs/deep/b.md", "docs/keep.md"}


def test_a_folder_that_is_left_out_isnt_looked_into_unless_something_in_it_is_wanted(folder: Path) -> None:
    def seen(*ignore: str) -> set[str]:
        return {str(found.relative_to(folder)) for found in folders(folder, ignore)} - {"."}

    assert seen("/docs", "/tmp", "!/Dockerfile") == {"src"}
    assert seen("/docs", "/tmp", "!/docs/deep/b.md") == {"src", "docs", "docs/deep"}


def test_names_are_left_out_whatever_is_said_of_paths() -> None:
    skip = LeftOut(("node_modules", "/a", "!/a/node_modules"))
    assert skip.name("node_modules") and not skip.name("a")
    assert skip.path("a/b") and not skip.path("a/node_modules")

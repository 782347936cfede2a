"""The digest of a folder: of its content, of nothing else."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.build.source import digest, read_source
from shoal.errors import MissingFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg/a.py").write_text("a")
    (root / "requirements.txt").write_text("flask\n")
    (root / "run").write_text("#!/bin/sh\n")
    return root


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda root: (root / "pkg/a.py").write_text("b"),
    "a new file": lambda root: (root / "new").touch(),
    "a removed file": lambda root: (root / "run").unlink(),
    "a new name": lambda root: (root / "run").rename(root / "walk"),
    "an executable bit": lambda root: (root / "run").chmod(0o755),
    "a link": lambda root: (root / "link").symlink_to("run"),
    "content moved between files": lambda root: (root / "pkg/a.py").write_text("a#!/bin/sh\n"),
}

NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "times": lambda root: os.utime(root / "run", (1, 1)),
    "version control": lambda root: put(root, ".git/HEAD"),
    "a venv": lambda root: put(root, ".venv/bin/python"),
    "caches": lambda root: put(root, "pkg/__pycache__/a.pyc"),
    "installed packages": lambda root: put(root, "deep/down/node_modules/x/index.js"),
    "an editor's settings": lambda root: put(root, ".idea/workspace.xml"),
    "an empty folder": lambda root: (root / "empty").mkdir(),
    "the file that describes the app": lambda root: (root / "shoal.yaml").write_text("x"),
    "who may read": lambda root: (root / "run").chmod(0o600),
}


def put(root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("x")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_the_digest(folder: Path, change: Callable[[Path], object]) -> None:
    before = digest(folder)
    change(folder)
    assert digest(folder) != before


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_does_not(folder: Path, change: Callable[[Path], object]) -> None:
    before = digest(folder)
    change(folder)
    assert digest(folder) == before


def test_the_same_content_elsewhere_is_the_same(folder: Path, tmp_path: Path) -> None:
    before = digest(folder)
    assert digest(folder.rename(tmp_path / "moved elsewhere")) == before


def test_a_link_out_of_the_folder_counts_by_its_content(folder: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    put(shared, "deep/x.txt")
    (folder / "shared").symlink_to(shared)
    before = digest(folder)
    (shared / "deep/x.txt").write_text("y")
    assert digest(folder) != before


def test_links_that_lead_nowhere_or_in_circles_are_harmless(folder: Path, tmp_path: Path) -> None:
    (folder / "nowhere").symlink_to("gone")
    (folder / "self").symlink_to("self")
    (folder / "up").symlink_to("..")
    (folder / "root").symlink_to("/")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "again").symlink_to(outside)
    (folder / "outside").symlink_to(outside)
    assert digest(folder) == digest(folder)


def test_sockets_and_pipes_are_no_source(folder: Path) -> None:
    before = digest(folder)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "s"))
        assert digest(folder) == before


def test_odd_names_are_fine(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff caf\xc3\xa9\n")).write_text("x")
    assert len(digest(folder)) == 64


def test_reading_a_source(folder: Path) -> None:
    put(folder, "a/b/c/d.txt")
    put(folder, "target/x.jar")
    found = read_source(folder)
    assert found.names == ("pkg/a.py", "requirements.txt", "run", "target/x.jar")
    assert found.texts == {"requirements.txt": "flask\n"}
    assert {"python", "uv", "node", "java", "mvn"} <= found.tools.keys()
    assert all(found.tools.values())


def test_what_a_stack_ignores_is_not_there(folder: Path) -> None:
    put(folder, "target/x.jar")
    before = read_source(folder)
    (folder / "pom.xml").write_text("<project/>")
    after = read_source(folder)
    assert "target/x.jar" in before.names
    assert "target/x.jar" not in after.names


def test_one_for_a_dockerfile_has_what_a_stack_ignores_too(folder: Path) -> None:
    put(folder, "target/x.jar")
    put(folder, "node_modules/x.js")
    (folder / "pom.xml").write_text("<project/>")
    names = read_source(folder, ("run",), dockerfile="Dockerfile").names
    assert "target/x.jar" in names
    assert {"run", "node_modules/x.js"}.isdisjoint(names)


def test_it_has_nothing_that_dockerignore_leaves_out(folder: Path) -> None:
    put(folder, "Dockerfile")
    put(folder, "data/big")
    put(folder, ".env")
    (folder / ".dockerignore").write_text("*\n!pkg\n")
    before = read_source(folder, dockerfile="Dockerfile")
    assert before.names == ("Dockerfile", "pkg/a.py")
    put(folder, "data/more")
    assert read_source(folder, dockerfile="Dockerfile").digest == before.digest
    assert "data/big" in read_source(folder).names, "for a stack it's part of it"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="there is no folder"):
        read_source(tmp_path / "gone")


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "memory").symlink_to("/proc/self/mem")
    with pytest.raises(MissingFile, match=r"memory can't be read: |can't be read: Input/output error"):
        read_source(tmp_path)

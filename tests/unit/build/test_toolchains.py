"""Versions of the machine's programs, as they tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.build.on_path import on_path
from shoal.build.toolchains import on_this_machine
from shoal.stacks import Tool


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def write(folder: Path, name: str, script: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ('echo "tool 1.26.3 (linux)"', "1.26.3"),
        ('[ "$1" = version ] && echo go version go1.26 linux/amd64', "1.26"),
        ('echo "2.1" >&2', "2.1"),
        ('[ "$1" = -version ] && echo "openjdk version 17.0.2" >&2', "17.0.2"),
    ],
)
def test_a_program_is_asked_in_the_usual_ways(programs: Path, script: str, version: str) -> None:
    found = write(programs, "tool", script)
    assert on_this_machine("tool") == (Tool(version, str(found)),)


def test_one_that_tells_nothing_or_is_not_there_has_no_version(programs: Path) -> None:
    write(programs, "silent", "exit 0")
    write(programs, "angry", "echo 1.2.3; exit 1")
    assert on_this_machine("silent") == on_this_machine("angry") == on_this_machine("gone") == ()


def test_pythons_are_looked_for_by_their_versions_the_newest_first(programs: Path) -> None:
    for minor in (9, 12):
        write(programs, f"python3.{minor}", f"echo Python 3.{minor}.1")
    assert [tool.version for tool in on_this_machine("python")] == ["3.12.1", "3.9.1"]


def test_another_file_is_another_version(programs: Path) -> None:
    found = write(programs, "tool", "echo 1.0")
    first = on_path("tool")
    assert first.startswith(f"{found} ")
    write(programs, "tool", "echo 1.10")
    assert on_path("tool") not in ("", first)
    assert on_this_machine("tool")[0].version == "1.10"
    assert on_path("gone") == ""

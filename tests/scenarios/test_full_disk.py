"""A build for which there is no room must say so and leave nothing behind; what ran goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.errors import RolledBack
from tests.scenarios.conftest import Make

SMALL = "2m"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own for builds, of 2 MB."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "small", folder], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"left out: no small disk can be mounted here ({done.stderr.strip()})")
    yield folder
    subprocess.run(["umount", folder], check=True)


YAML = """\
name: full
services:
  small: {path: small, stack: command, command: [sleep, "1000"], build: [[sh, -c, "echo built > it"]]}
"""
STEP = """\
  large:
    path: large
    stack: command
    command: [sleep, "1000"]
    build: [[sh, -c, "head -c 9000000 /dev/zero > it"]]
"""


@pytest.mark.parametrize("source", ["", "x" * 3_000_000], ids=["in a step", "while the source is copied"])
def test_no_room_for_a_build(app: Make, cache: Path, source: str) -> None:
    made = app(YAML, {"small/x": "", "large/source": source})
    made.up()
    before, used = made.pids(), sorted(path.name for path in cache.rglob("*"))
    made.write({"shoal.yaml": YAML + STEP})
    result = made.shoal("up", "-d", "--wait")
    assert result.code == RolledBack.exit_code, str(result)
    assert f"building large: the disk of {cache}/shoal is full" in result.err
    assert "make room there, or set XDG_CACHE_HOME to another folder; then say `up` again" in result.err
    assert made.pids() == before
    left = sorted(path.name for path in cache.rglob("*"))
    assert [name for name in left if name not in used and not name.endswith((".lock", ".log"))] == []

    made.write({"shoal.yaml": YAML + STEP.replace("9000000", "9000"), "large/source": ""})
    made.up()
    assert made.ready("large")

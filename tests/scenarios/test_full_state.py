"""A full disk must be told in words, stop nothing that runs, leave nothing half-written, and be got over by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WORKER, shell

TICKS = "while :; do echo tick; sleep 0.05; done"
# `b` ends with an error when it is told to.
APP = (
    "name: disk\nservices:\n"
    + shell("a", TICKS)
    + shell("b", "while [ ! -e end ]; do sleep 0.05; done; rm end; exit 3")
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own for the state."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("left out: only root may mount the small disk that is to be filled")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small(disk: Path, app: Make) -> App:
    """Lies on the small disk, and runs."""
    made = app(APP, home=disk)
    made.up()
    return made


def fill(disk: Path) -> Callable[[], None]:
    """Not a block is left; returns what makes room again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    return ballast.unlink


def halves(app: App) -> list[str]:
    """Files of the state that are not what their name says: temporary ones, and such that can't be read."""
    found = [str(p) for p in app.state().rglob("*") if p.name.startswith(".") and p.is_file()]
    for path in app.state().rglob("*.json"):
        try:
            json.loads(path.read_text())
        except ValueError:
            found.append(str(path))
    return found


def test_a_change_is_refused_and_what_runs_goes_on(small: App, disk: Path) -> None:
    before = small.pids()
    empty = fill(disk)
    for words in (("restart", "b"), ("scale", "b=3"), ("up", "-d", "--wait")):
        result = small.shoal(*words)
        assert result.code == 14, str(result)
        assert "No space left on device" in result.err, str(result)
        assert "release.json" in result.err, str(result)
        assert "make room" in result.err, str(result)
    assert small.pids() == before
    assert small.ok("plan").out == "nothing to do\n"
    assert halves(small) == []
    empty()
    small.ok("scale", "b=3")
    small.wait_until(lambda: small.ready("b", 3))


def test_what_ends_meanwhile_is_started_again_when_there_is_room(small: App, disk: Path) -> None:
    keeper, daemon = small.keeper_and_daemon()
    old = small.pids()
    empty = fill(disk)
    (small.folder / "end").touch()
    small.wait_until(lambda: not small.of("b"))
    small.wait_until(lambda: any("No space left" in e["text"] for e in small.events("refused")))
    assert small.pid("a") in old.values()
    assert halves(small) == []
    empty()
    small.wait_until(lambda: small.ready("b"))
    # Nobody died of it.
    assert small.keeper_and_daemon() == (keeper, daemon)
    assert small.pid("a") in old.values()
    # And what was told meanwhile is on disk too.
    small.wait_until(lambda: "No space left" in (small.state() / "events.jsonl").read_text())
    lines = (small.state() / "events.jsonl").read_text().splitlines()
    assert all(json.loads(line) for line in lines)


def test_down_works(small: App, disk: Path) -> None:
    pids = small.pids()
    empty = fill(disk)
    small.ok("down")
    assert not any(processes.runs(pid) for pid in pids.values())
    assert small.shoal("ps").code == 10
    empty()
    small.up()
    assert small.ready("a")


def test_nothing_can_be_started_and_nothing_is_left(disk: Path, app: Make) -> None:
    empty = fill(disk)
    made = app("name: disk\nservices:\n" + shell("a", WORKER), home=disk)
    result = made.shoal("up", "-d")
    assert result.code not in (0, 3), str(result)
    assert "No space left on device" in result.err, str(result)
    made.wait_until(lambda: not made.processes())
    empty()
    made.up()

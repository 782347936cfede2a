"""What may not be read or written must be named, with a way out; nothing else suffers, and with the right all is well.

Root does this with the modes of files as anybody has to (tests.ordinary)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell, worker

UP = ("up", "-d", "--wait")
ONE = worker("one", "exec sleep 1000")
BUILT = 'name: built\nservices:\n  one: {path: src, stack: command, command: [sleep, "1000"], build: [[touch, it]]}\n'
LOCKED, READ_ONLY = 0o000, 0o500


@pytest.fixture
def one(app: Make) -> App:
    made = app(ONE)
    made.ordinary = True
    return made


@contextmanager
def closed(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode & 0o7777
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def refused(app: App, path: Path, code: int, *words: str) -> None:
    result = app.shoal(*words)
    assert result.code == code, str(result)
    assert str(path) in result.err, str(result)
    assert "Permission denied" in result.err, str(result)
    assert "\n  " in result.err, str(result)  # a way out


# The file, and what it names


@pytest.mark.parametrize("name", ["shoal.yaml", ".env", "key.txt", "settings.ini"])
def test_a_file_that_may_not_be_read(one: App, name: str) -> None:
    one.write({".env": "A=1\n", "key.txt": "x", "settings.ini": "y"})
    more = "files: {settings.ini: {from: settings.ini}}"
    one.write({"shoal.yaml": worker("one", "exec sleep 1000", more) + "secrets: {key: {file: key.txt}}\n"})
    with closed(one.folder / name, LOCKED):
        result = one.shoal(*UP)
    assert result.code == 3, str(result)
    assert name in result.err
    assert "Permission denied" in result.err
    assert one.processes() == {}
    one.up()


@pytest.mark.parametrize("name", ["src", "src/inner", "src/inner/file"])
def test_a_source_that_may_not_be_read_is_named_with_its_place(app: Make, name: str) -> None:
    built = app(BUILT, {"src/inner/file": "x"})
    built.ordinary = True
    with closed(built.folder / name, LOCKED):
        result = built.shoal(*UP)
        assert result.code == 3, str(result)
        assert "shoal.yaml:3:" in result.err
        assert f"{built.folder / name} can't be read: Permission denied" in result.err
    built.up()


def test_a_source_that_may_not_be_read_any_more_stops_nothing(app: Make) -> None:
    built = app(BUILT, {"src/file": "x"})
    built.ordinary = True
    built.up()
    before = built.pids()
    with closed(built.folder / "src/file", LOCKED):
        assert built.shoal(*UP).code == 3
        assert built.pids() == before
        built.ok("restart", "one")


# The state


@pytest.mark.parametrize("words", [UP, ("ps",), ("down",), ("logs",), ("ls",), ("prune", "--dry-run")], ids=" ".join)
def test_a_home_of_states_that_may_not_be_entered(one: App, words: tuple[str, ...]) -> None:
    with closed(one.home, LOCKED):
        refused(one, one.home, 14 if words[0] in ("ls", "prune") else 11, *words)


def test_a_home_of_states_that_may_not_be_written_to(one: App) -> None:
    with closed(one.home, READ_ONLY):
        refused(one, one.home, 11, *UP)
    one.up()


@pytest.mark.parametrize("mode", [LOCKED, READ_ONLY], ids=["locked", "read-only"])
@pytest.mark.parametrize("name", [".", "instances", "logs/one", "secrets/files", "driver.lock", "release.json"])
def test_a_place_in_the_state_that_may_not_be_used(one: App, name: str, mode: int) -> None:
    one.up()
    one.ok("down")
    place = one.state() / name
    with closed(place, mode):
        result = one.shoal(*UP)
        if result.code != 0:  # what is not needed may be closed
            assert result.code in (11, 14), str(result)
            assert str(one.state()) in result.err, str(result)
            assert "Permission denied" in result.err, str(result)
    one.up()
    assert one.ready("one")


def test_a_state_that_may_not_be_written_to_any_more_stops_nothing(one: App) -> None:
    one.up()
    before = one.pids()
    with closed(one.state(), READ_ONLY), closed(one.state() / "instances", READ_ONLY):
        refused(one, one.state(), 14, "restart", "one")
        assert one.pids() == before
    one.ok("restart", "one")
    one.wait_until(lambda: one.ready("one", but=before.values()))


def test_a_log_that_may_not_be_written_harms_only_its_service(app: Make) -> None:
    two = app("name: two\nservices:\n" + shell("one", "exec sleep 1000") + shell("other", "exec sleep 1000"))
    two.ordinary = True
    two.up()
    two.ok("down")
    with closed(two.state() / "logs/one", READ_ONLY):
        refused(two, two.state() / "logs/one", 14, *UP)
        two.wait_until(lambda: two.ready("other"))
        pid = two.pid("other")
    two.wait_until(lambda: two.ready("one"))
    assert two.pid("other") == pid
    assert processes.runs(pid)


# The cache


@pytest.mark.parametrize("mode", [LOCKED, READ_ONLY], ids=["locked", "read-only"])
@pytest.mark.parametrize("name", [".", "shoal", "shoal/builds"])
def test_a_cache_that_may_not_be_used(app: Make, tmp_path: Path, name: str, mode: int) -> None:
    built = app(BUILT, {"src/file": "x"})
    built.ordinary = True
    cache = tmp_path / "own cache"
    (cache / "shoal/builds").mkdir(parents=True)
    built.env["XDG_CACHE_HOME"] = str(cache)
    with closed(cache / name, mode):
        result = built.shoal(*UP)
        if result.code != 0:
            assert result.code == 5, str(result)
            assert f"{cache}/shoal" in result.err, str(result)
            assert "XDG_CACHE_HOME names another" in result.err, str(result)
    built.up()


# Where it runs


def test_a_working_folder_that_may_not_be_entered(one: App) -> None:
    one.write({"w/file": "x", "shoal.yaml": worker("one", "exec sleep 1000", "working_dir: w")})
    with closed(one.folder / "w", LOCKED):
        result = one.shoal(*UP)
        assert result.code in (3, 6), str(result)
        assert f"{one.folder}/w" in result.err
        assert "Permission denied" in result.err
    one.up()

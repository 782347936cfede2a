"""Garbage in any place of the state or the cache: mended by itself, or one error with its way out; never a traceback.

What was damaged is put back as the error says, and then all is well again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make

UP = ("up", "-d", "--wait")
FILES = {"src/serve.py": "import os, socket, time\ns = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\n"
         "time.sleep(1000)\n"}  # fmt: skip
YAML = """\
name: strewn
services:
  one:
    path: src
    stack: command
    command: [python3, -S, serve.py]
    port: tcp
    build: [[touch, it]]
    environment: {KEY: "${secrets.key}"}
secrets: {key: {generate: 20}}
"""


def folder(path: Path) -> None:
    away(path)
    path.mkdir()
    (path / "x").touch()


def away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


WAYS: dict[str, Callable[[Path], object]] = {
    "bytes": lambda path: path.write_bytes(b"\x00\xff\xfe\x80 not {"),
    "another type": lambda path: path.write_text("[1, null]"),
    "another version": lambda path: path.write_text('{"version": 999, "wanted": {"x": 1}, "a": {"b": []}}'),
    "nothing": lambda path: path.write_bytes(b""),
    "a folder": folder,
}


@pytest.fixture
def strewn(app: Make, tmp_path: Path) -> App:
    made = app(YAML, FILES)
    made.env["XDG_CACHE_HOME"] = str(tmp_path / "own cache")
    made.up()
    made.ok("down")
    return made


def mended_or_named(app: App, path: Path) -> None:
    """After garbage came to `path`: `up` does well, or tells of it and does well when it is gone."""
    result = app.shoal(*UP)
    if result.code != 0:
        assert result.code in (5, 11, 14), str(result)
        assert str(path) in result.err, str(result)
        assert "\n  " in result.err, str(result)
        away(path)
        app.up()
    assert app.ready("one")
    if path.is_dir() and path.suffix:
        away(path)  # it was in nobody's way
    for name in ("daemon.log", "keeper.log"):
        assert "Traceback" not in (app.state() / name).read_text()
    app.ok("down")


@pytest.mark.parametrize("name", [
    "realm", "release.json", "ports.json", "events.jsonl", "secrets/key", "logs/one/*.idx", "logs/one/*.log",
    "instances/*/identity.json", "driver.lock",
])  # fmt: skip
@pytest.mark.timeout(120)
def test_garbage_in_the_state(strewn: App, name: str) -> None:
    for put in WAYS.values():
        path = next(strewn.state().glob(name), strewn.state() / name.replace("*", "one-0-aaaa"))
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path)
        mended_or_named(strewn, path)


@pytest.mark.parametrize("name", ["instances", "logs", "logs/one", "data", "secrets", "secrets/files", "mesh"])
def test_a_file_in_a_folders_place(strewn: App, name: str) -> None:
    path = strewn.state() / name
    away(path)
    path.write_bytes(b"\x00\xff")
    mended_or_named(strewn, path)


@pytest.mark.parametrize("name", ["*/.shoal/done", "*/it", "*.lock", "*.log", "[!.]*/"])
@pytest.mark.timeout(120)
def test_garbage_in_the_cache(strewn: App, tmp_path: Path, name: str) -> None:
    found = list((tmp_path / "own cache/shoal/builds").glob(name))
    assert found
    for put in (*WAYS.values(), away):
        for path in found:
            if name.endswith("/"):
                away(path)
            put(path)
        mended_or_named(strewn, found[0])


def test_a_mark_of_data_that_is_no_word(app: Make) -> None:
    made = app(
        YAML.replace("    port: tcp\n", "    port: tcp\n    needs: [events]\n") + "backing: {events: nats}\n", FILES
    )
    made.up()
    made.ok("down")
    mark = made.state() / "data/events.id"
    mark.write_bytes(b"\x00\xff\xfe")
    result = made.shoal(*UP)
    assert result.code == 11, str(result)
    assert f"has lost its mark, {mark}" in result.err
    mark.write_text("anything")  # as the error says
    made.up()

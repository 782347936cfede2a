"""What folders of files are built and served with."""

from __future__ import annotations

import pytest

from shoal.errors import FileError
from shoal.model.app import Port, Service
from shoal.model.values import concat
from shoal.stacks import STACKS, Source, recognised
from tests.unit.stacks.conftest import Lines

STATIC = STACKS["static"]
SERVICE = Service("site", ports=(Port(),))
PACKAGE = Source("/src", ("index.html", "package.json"), {"package.json": '{"scripts": {"build": "vite build"}}'})


def test_an_index_alone_is_one_and_beside_anything_else_it_is_that() -> None:
    assert [stack.name for stack in recognised(Source("/a", ("index.html",)))] == ["static"]
    for name in ("package.json", "pyproject.toml", "requirements.txt", "pom.xml"):
        assert "static" not in [stack.name for stack in recognised(Source("/a", ("index.html", name)))]


def test_it_is_served_where_it_lies(line: Lines) -> None:
    assert STATIC.artifact("site", Source("/src", ("index.html",))) is None
    launch = STATIC.launch(SERVICE, Source("/src", ("index.html",)), "")
    assert line(launch.command) == "${program:caddy} run --adapter caddyfile --config ${self:files}/Caddyfile"
    assert str(launch.cwd) == "/src"
    assert str(launch.env["XDG_DATA_HOME"]) == "${self:scratch}"
    assert "bind {$HOST}" in str(launch.files["Caddyfile"])


def test_a_package_is_built_as_any_of_nodes_and_its_output_served() -> None:
    assert [step.name for step in STATIC.steps(PACKAGE)] == ["dependencies", "build"]
    assert str(STATIC.launch(SERVICE, PACKAGE, "k").cwd) == "${artifact:k}/dist"
    named = Service("site", ports=(Port(),), working_dir="public")
    assert str(STATIC.launch(named, PACKAGE, "k").cwd) == "${artifact:k}"


def test_a_command_is_run_instead(line: Lines) -> None:
    service = Service("site", command=(concat("serve"),), ports=(Port(),))
    launch = STATIC.launch(service, Source("/src", ("index.html",)), "")
    assert (line(launch.command), launch.files) == ("serve", {})


def test_one_that_nobody_asks_is_refused() -> None:
    with pytest.raises(FileError, match="service site serves files, but nothing asks for them"):
        STATIC.launch(Service("site", ports=()), Source("/src", ("index.html",)), "")

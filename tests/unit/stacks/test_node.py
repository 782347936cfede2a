"""What Node services are built and started with."""

from __future__ import annotations

import json

import pytest

from shoal.errors import FileError
from shoal.model.app import Port, Service
from shoal.stacks import STACKS, Source
from tests.unit.stacks.conftest import Lines

NODE = STACKS["node"]
SERVICE = Service("web", ports=(Port(), Port("metrics", env=("STATS",))))
NPM = "${program:node} ${program:npm}"


def source(*names: str, main: str = "", **scripts: str) -> Source:
    text = json.dumps({"name": "x", "scripts": scripts} | ({"main": main} if main else {}))
    return Source("/src", tuple(sorted({*names, "package.json"})), {"package.json": text}, tools={"node": "24"})


def test_a_lock_is_followed_and_the_build_script_is_run(line: Lines) -> None:
    steps = NODE.steps(source("package-lock.json", build="tsc", start="node x.js"))
    assert [line(step.command) for step in steps] == [
        f"{NPM} ci --include=dev --no-audit --no-fund",
        f"{NPM} run build",
    ]
    assert str(steps[0].env["PATH"]).startswith("${artifact}/node_modules/.bin:${program:node-bin}:/usr/local/sbin:")


def test_a_plain_build_script_runs_without_npm_unless_it_has_hooks(line: Lines) -> None:
    (_, build) = NODE.steps(source(build="MODE=fast node scripts/build.js"))
    assert line(build.command) == "${program:node} scripts/build.js"
    assert str(build.env["MODE"]) == "fast" and "PATH" in build.env
    for scripts in ({"build": "node a.js", "postbuild": "x"}, {"build": "node a.js && node b.js"}):
        assert line(NODE.steps(source(**scripts))[-1].command) == f"{NPM} run build"


def test_without_a_lock_npm_decides(line: Lines) -> None:
    assert line(NODE.steps(source())[0].command) == f"{NPM} install --include=dev --no-audit --no-fund"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("node server.js", "${program:node} server.js"),
        ("node --enable-source-maps 'dist/my server.js'", "${program:node} --enable-source-maps dist/my server.js"),
        ("NODE_OPTIONS=--inspect node server.js", "${program:node} server.js"),
        ("next start", f"{NPM} run --silent start"),
        ("npm run build && node server.js", f"{NPM} run --silent start"),
        ("node server.js --port $PORT", f"{NPM} run --silent start"),
    ],
)
def test_a_plain_start_script_runs_without_npm(line: Lines, script: str, expected: str) -> None:
    assert line(NODE.launch(SERVICE, source(start=script), "k").command) == expected


def test_without_a_start_script_it_is_main(line: Lines) -> None:
    assert line(NODE.launch(SERVICE, source(main="lib/index.js"), "k").command) == "${program:node} lib/index.js"
    assert line(NODE.launch(SERVICE, source("server.js"), "k").command) == "${program:node} server.js"


def test_nothing_to_start_is_said() -> None:
    with pytest.raises(FileError, match="no `start` script and no `main`"):
        NODE.launch(SERVICE, source(), "k")


def test_environment() -> None:
    env = NODE.launch(SERVICE, source(start="A=1 node x.js"), "k").env
    assert {name: str(value) for name, value in env.items() if name != "PATH"} == {
        "NODE_ENV": "production",
        "HOST": "${self:host}",
        "PORT": "${self:port:http}",
        "METRICS_PORT": "${self:port:metrics}",
        "STATS": "${self:port:metrics}",
        "A": "1",
    }


def test_output_of_a_build_is_no_source_but_committed_files_are() -> None:
    assert "dist" in NODE.ignore(source(build="tsc"))
    assert "dist" not in NODE.ignore(source(start="node dist/x.js"))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"scripts": 3}'])
def test_a_damaged_package_file_is_left_to_npm(text: str) -> None:
    broken = Source("/src", ("package.json",), {"package.json": text})
    assert [step.name for step in NODE.steps(broken)] == ["dependencies"]


def packaged(**package: object) -> Source:
    names = ("package-lock.json", "package.json")
    return Source("/src", names, {"package.json": json.dumps({"name": "x", **package})}, tools={"node": "24"})


@pytest.mark.parametrize(("scripts", "by"), [({}, "link"), ({"build": "tsc", "start": "node x.js"}, "copy")])
def test_packages_that_the_lock_alone_tells_are_shared(scripts: dict[str, str], by: str) -> None:
    part = NODE.steps(packaged(scripts=scripts, dependencies={"fastify": "^5"}))[0].part
    assert part and (part.folder, part.by) == ("node_modules", by)


@pytest.mark.parametrize("package", [
    {"workspaces": ["a"]}, {"dependencies": {"a": "file:../a"}}, {"devDependencies": {"a": "link:a"}},
    {"scripts": {"postinstall": "node x.js"}}, {"scripts": {"prepare": "husky"}}, {"dependencies": {"a": "../a.tgz"}},
])  # fmt: skip
def test_others_are_not(package: dict[str, object]) -> None:
    assert NODE.steps(packaged(**package))[0].part is None
    assert NODE.steps(source(build="tsc"))[0].part is None

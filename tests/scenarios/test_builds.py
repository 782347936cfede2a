"""Builds of one's own must be done once, again when what they depend on changes, and for nobody else."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shoal.errors import RolledBack
from tests.scenarios.app import App
from tests.scenarios.conftest import Make

# It says what stands in the file `said` beside it, or under `generated`.
SERVER = """\
import http.server, os, pathlib

here = pathlib.Path(__file__).parent


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (here / self.path.strip("/")).read_bytes()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""

GENERATED = """\
name: generated
builds:
  protos:
    path: protos
    run: [[sh, -c, "mkdir out; tr a-z A-Z < words > out/words"]]
services:
  one:
    path: one
    stack: command
    command: &serve [python3, -S, server.py]
    build: &copy {before: ["cp -r ${builds.protos}/out generated"]}
  two: {path: two, stack: command, command: *serve, build: *copy}
  other: {path: other, stack: command, command: *serve, build: ["sh -c 'echo mine > said'"]}
gateway:
  routes:
  - {path: /one, to: one, strip: true}
  - {path: /two, to: two, strip: true}
  - {path: /other, to: other, strip: true}
"""
GENERATED_FILES = {
    "protos/words": "hello\n",
    "one/server.py": SERVER,
    "two/server.py": SERVER + "# another\n",
    "other/server.py": SERVER + "# a third\n",
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Nothing has been built before."""
    return tmp_path / "cache"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def builds(app: App) -> list[str]:
    return sorted(event["subject"] for event in app.events("built"))


def test_generated_code_reaches_those_who_are_built_from_it_and_a_change_of_it_too(app: Make) -> None:
    made = app(GENERATED, GENERATED_FILES)
    made.up()
    assert made.get("/one/generated/words") == made.get("/two/generated/words") == (200, "HELLO\n")
    assert made.get("/other/said") == (200, "mine\n")
    assert builds(made) == ["one", "other", "protos", "two"]

    before = made.pids()
    made.edit("hello", "bye", "protos/words")
    plan = made.ok("plan").out
    assert "build protos: protos: its source changed\n" in plan
    assert "build one: one: protos changed  [after build protos]\n" in plan
    assert "other" not in plan
    made.up()
    assert made.get("/one/generated/words") == made.get("/two/generated/words") == (200, "BYE\n")
    assert builds(made) == ["one", "one", "other", "protos", "protos", "two", "two"]
    after = made.pids()
    assert {i.split("-")[0] for i in before.keys() & after.keys()} >= {"other", "mesh"}
    assert not any(i.startswith(("one", "two")) for i in before.keys() & after.keys())


def test_an_edit_of_generated_codes_source_is_followed(app: Make) -> None:
    made = app(GENERATED, GENERATED_FILES)
    made.ok("up", "-d", "--wait", "--watch")
    other = made.pid("other")
    made.edit("hello", "bye", "protos/words")
    made.wait_until(lambda: made.get("/one/generated/words") == made.get("/two/generated/words") == (200, "BYE\n"))
    assert made.pid("other") == other


MONOREPO = """\
name: mono
builds:
  all:
    path: src
    run:
    - python3 -S compile.py
    environment: {GREETING: hello}
services:
  one: {build: all, path: src/one, stack: command, command: &serve [python3, -S, server.py]}
  two: {build: all, working_dir: two, stack: command, command: *serve}
  reader:
    path: reader
    stack: command
    command: [python3, -S, "${builds.all}/two/server.py"]
    environment: {WHERE: "${builds.all}"}
gateway:
  routes:
  - {path: /one, to: one, strip: true}
  - {path: /two, to: two, strip: true}
  - {path: /reader, to: reader, strip: true}
"""
COMPILE = """\
import os, pathlib
for name in ("one", "two"):
    pathlib.Path(name, "said").write_text(f"{os.environ['GREETING']} from {name}")
    pathlib.Path(name, "server.py").write_text(pathlib.Path("server.txt").read_text())
"""
MONOREPO_FILES = {
    "src/compile.py": COMPILE,
    "src/server.txt": SERVER,
    "src/one/x": "",
    "src/two/x": "",
    "reader/x": "",
}


def test_one_build_gives_several_services_what_they_run(app: Make) -> None:
    made = app(MONOREPO, MONOREPO_FILES)
    made.up()
    assert made.get("/one/said") == (200, "hello from one")
    assert made.get("/two/said") == made.get("/reader/said") == (200, "hello from two")
    assert builds(made) == ["all"]
    assert not (made.folder / "src/one/said").exists()

    made.edit("hello", "good day")
    made.up()
    assert made.get("/one/said") == (200, "good day from one")
    assert builds(made) == ["all", "all"]


def test_the_same_again_builds_nothing_and_replaces_nobody(app: Make) -> None:
    made = app(MONOREPO, MONOREPO_FILES)
    made.up()
    before = made.pids()
    made.write({"unrelated": "x"})
    made.up()
    assert (builds(made), made.pids()) == (["all"], before)


BROKEN = """\
name: broken
builds:
  base: {path: base, run: [[sh, -c, "echo tries; test ! -f broken || { echo no such symbol >&2; exit 3; }"]]}
services:
  one: {path: one, stack: command, command: [sleep, "1000"], build: {before: ["test -d ${builds.base}"]}}
  other: {path: one, stack: command, command: [sleep, "1000"]}
"""


@pytest.fixture
def broken(app: Make) -> App:
    made = app(BROKEN, {"base/x": "", "one/x": ""})
    made.up()
    return made


def test_a_failed_build_says_what_it_printed_and_what_ran_goes_on(broken: App) -> None:
    before = broken.pids()
    broken.write({"base/broken": ""})
    result = broken.shoal("up", "-d", "--wait")
    assert result.code == RolledBack.exit_code, str(result)
    assert "building base: step `sh -c echo tries; test ! -f broken || {…` ended with exit code 3" in result.err
    assert "no such symbol" in result.err
    assert "the whole log: " in result.err
    assert broken.pids() == before

    (broken.folder / "base/broken").unlink()
    broken.up()
    assert broken.pids() == before, "the same content is the same build"


SITE = """\
name: site
services:
  site:
    path: site
    stack: command
    command: [python3, -S, server.py]
    build: {after: [[sh, -c, "echo $$URL > said"]], environment: {URL: "${gateway.url}/api"}}
gateway: {routes: [{to: site}]}
"""


def test_a_page_that_has_the_gateways_address_baked_in_is_built_anew_when_it_moves(app: Make, free_port: int) -> None:
    made = app(SITE, {"site/server.py": SERVER})
    made.up()
    first = made.url
    assert made.get("/said") == (200, f"{first}/api\n")
    made.ok("down")
    made.up()
    assert made.url == first
    assert builds(made) == ["site"], "the address stayed, and so did the build"

    made.edit("gateway: {", f"gateway: {{port: {free_port}, ")
    assert f"build site: site: the gateway is at http://127.0.0.1:{free_port} now\n" in made.ok("plan").out
    made.up()
    assert made.get("/said") == (200, f"http://127.0.0.1:{free_port}/api\n")
    assert builds(made) == ["site", "site"]

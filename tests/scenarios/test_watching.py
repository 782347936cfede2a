"""`up --watch` must follow edits: what an edit concerns is replaced, nothing else, and a bad edit changes nothing."""

from __future__ import annotations

import signal

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import SERVER

# `built.txt` is what its build script made of `word.txt`; "broken" can't be built, "slow" takes its time.
BUILD_JS = """\
const fs = require("node:fs");
const word = fs.readFileSync("word.txt", "utf8").trim();
if (word === "broken") { console.error("no word for it"); process.exit(1); }
const wait = word === "slow" ? 60000 : 0;
setTimeout(() => fs.writeFileSync("built.txt", word), wait);
"""
SERVER_JS = """\
const fs = require("node:fs");
const built = fs.readFileSync("built.txt", "utf8");
const server = require("node:http").createServer((request, response) => response.end(built));
server.listen(process.env.PORT, process.env.HOST);
process.on("SIGTERM", () => server.close());
"""
YAML = """\
name: edits
services:
  py: {path: py, command: [python, -S, server.py], environment: {GREETING: "${GREETING:-plain}"}}
  twin: {path: py, command: [python, -S, server.py]}
  js: {path: js}
  plain: {path: plain, stack: command, command: [python3, -S, server.py]}
gateway:
  routes:
    - {paths: [/py], to: py}
    - {paths: [/twin], to: twin}
    - {paths: [/js], to: js}
    - {paths: [/], to: plain}
"""
FILES = {
    "py/requirements.txt": "",
    "py/server.py": SERVER.replace('+ f" {os', '+ f" py-one {os'),
    "js/package.json": '{"name": "js", "scripts": {"build": "node build.js", "start": "node server.js"}}',
    "js/build.js": BUILD_JS,
    "js/server.js": SERVER_JS,
    "js/word.txt": "js-one",
    "plain/server.py": SERVER.replace('+ f" {os', '+ f" plain-one {os'),
    ".git/HEAD": "",
    ".gitignore": "*.log\nout/\n",
}


@pytest.fixture
def edits(app: Make) -> App:
    made = app(YAML, FILES)
    made.up("--watch")
    return made


def says(app: App, path: str, word: str) -> None:
    url = app.url
    app.wait_until(lambda: word in get(url + path)[1])


def refused(app: App) -> list[str]:
    return [e["text"] for e in app.events("refused") if e["subject"] == "shoal.yaml"]


def test_an_edit_replaces_those_it_concerns_and_no_others(edits: App) -> None:
    before = edits.pids()
    with Load(edits.url + "/py") as load:
        edits.edit("py-one", "py-two", "py/server.py")
        says(edits, "/py", "py-two")
        says(edits, "/twin", "py-two")
    assert load.failed == []
    kept = {name for name in before if not name.startswith(("py-", "twin-"))}
    edits.wait_until(lambda: {name for name in edits.pids() if name in before} == kept)


def test_every_stack_follows(edits: App) -> None:
    edits.write({"js/word.txt": "js-two"})
    says(edits, "/js", "js-two")
    edits.edit("plain-one", "plain-two", "plain/server.py")
    says(edits, "/", "plain-two")


def test_a_failed_build_keeps_what_runs_and_the_next_save_tries_again(edits: App) -> None:
    before = edits.pid("js")
    edits.write({"js/word.txt": "broken"})
    edits.wait_until(lambda: any("no word for it" in e["text"] for e in edits.events("build failed")))
    assert edits.get("/js")[1] == "js-one"
    edits.wait_until(lambda: edits.events("returned"))
    assert edits.pid("js") == before
    edits.write({"js/word.txt": "js-three"})
    says(edits, "/js", "js-three")
    assert edits.standing("js")["state"] == "ready"


def test_an_edit_during_a_build_starts_over(edits: App) -> None:
    edits.write({"js/word.txt": "slow"})
    edits.wait_until(lambda: any("build.js" in line for line in edits.processes().values()))
    edits.write({"js/word.txt": "js-four"})
    says(edits, "/js", "js-four")
    assert not any("build.js" in line for line in edits.processes().values())


def test_a_burst_is_one_change(edits: App) -> None:
    built = len(edits.events("built"))
    for number in range(200):
        edits.write({f"js/lib/part-{number}.js": f"// {number}"})
    edits.write({"js/word.txt": "js-five"})
    says(edits, "/js", "js-five")
    assert len(edits.events("built")) - built <= 2


def test_what_is_not_source_is_not_followed(edits: App) -> None:
    before, told = edits.pids(), len(edits.events())
    noise = (
        "py/.git/index",
        "py/__pycache__/x.pyc",
        "js/node_modules/x/y.js",
        "plain/a.log",
        "plain/out/x",
        "js/.w.swp",
    )
    edits.write(dict.fromkeys(noise, "noise"))
    edits.edit("py-one", "py-six", "py/server.py")
    says(edits, "/py", "py-six")
    after = edits.pids()
    assert {n: p for n, p in after.items() if n.startswith(("js", "plain"))} == {
        n: p for n, p in before.items() if n.startswith(("js", "plain"))
    }
    assert [e for e in edits.events()[told:] if e["subject"] in ("js", "plain")] == []


def test_the_file_and_its_variables_are_followed(edits: App) -> None:
    before = edits.pid("js")
    edits.write({".env": "GREETING=from-env\n"})
    says(edits, "/py", "from-env")
    edits.edit("gateway:", "  new: {path: plain, stack: command, command: [sleep, '1000']}\ngateway:")
    edits.wait_until(lambda: edits.ready("new"))
    assert edits.pid("js") == before


def test_a_mistake_in_the_file_is_told_with_its_place_and_changes_nothing(edits: App) -> None:
    before = edits.pids()
    edits.edit("services:", "servces:")
    edits.wait_until(lambda: refused(edits))
    assert "shoal.yaml:2:1: unknown key" in refused(edits)[-1]
    assert "unknown key" in edits.ok("ps").err
    assert edits.pids() == before
    edits.edit("servces:", "services:")
    edits.wait_until(lambda: edits.ok("ps").err == "")
    edits.edit("py-one", "py-seven", "py/server.py")
    says(edits, "/py", "py-seven")
    assert len(refused(edits)) == 1


def test_watching_goes_on_when_the_daemon_was_killed(edits: App) -> None:
    url, mesh = edits.url, edits.pid("mesh")
    _, daemon = edits.keeper_and_daemon()
    processes.kill(daemon)
    edits.edit("py-one", "py-eight", "py/server.py")
    edits.wait_until(lambda: "py-eight" in get(f"{url}/py")[1])
    assert edits.keeper_and_daemon()[1] not in (0, daemon)
    assert edits.pid("mesh") == mesh


def test_a_plain_up_ends_the_watching(edits: App) -> None:
    edits.up()
    before = edits.pids()
    edits.edit("plain-one", "plain-nine", "plain/server.py")
    edits.edit("services:", "servces:")
    edits.edit("servces:", "services:")
    edits.ok("restart", "twin")
    assert refused(edits) == []
    assert {n for n in edits.pids() if n in before} == {n for n in before if not n.startswith("twin")}


def test_in_the_foreground_it_shows_what_happens_and_ends_with_ctrl_c(app: Make) -> None:
    edits = app(YAML, FILES)
    up = edits.begin("up", "--watch")
    edits.wait_until(lambda: "http://" in edits.told(up), 40)
    edits.write({"js/word.txt": "broken"})
    edits.wait_until(lambda: "no word for it" in edits.told(up))
    up.send_signal(signal.SIGINT)
    assert up.wait(20) == 130
    assert edits.processes() == {}

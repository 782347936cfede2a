"""Whoever works on a service must be able to run it himself, in the place that it has in the app."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from tests.scenarios import processes
from tests.scenarios.app import SHOAL, App, get
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import SERVER, shell

# `asks` serves what `answers` says, which it reaches by the mesh.
ASKS = SERVER.replace(
    'return "200 OK", os.environ.get("GREETING"',
    'import urllib.request\n    return "200 OK", urllib.request.urlopen(os.environ["ANSWERS_URL"]).read().decode()\n'
    '    return "200 OK", os.environ.get("GREETING"',
)
YAML = """\
name: pair
services:
  asks: {path: asks, command: [python, -S, server.py], needs: [{answers: {timeout: 2s}}]}
  answers:
    path: answers
    command: [python, -S, server.py]
    environment: {GREETING: built}
    migrate: [python, -S, migrate.py]
    replicas: 2
    health: {ready: {http: /ready, every: 200ms}}
gateway: {routes: [{paths: [/answers], to: answers}, {paths: [/], to: asks}]}
"""
FILES = {
    "asks/requirements.txt": "",
    "asks/server.py": ASKS,
    "answers/requirements.txt": "",
    "answers/server.py": SERVER,
    "answers/migrate.py": "print('migrates')\n",
}


@pytest.fixture
def pair(app: Make) -> App:
    return app(YAML, FILES)


def test_an_excepted_service_is_not_started_but_all_around_it_is(pair: App) -> None:
    pair.up("--except", "answers")
    assert pair.of("answers") == []
    assert pair.ready("asks")
    assert [e["kind"] for e in pair.events() if e["subject"] == "answers.migrate"][-1] == "done"
    assert pair.get("/answers")[0] == 503
    assert "answers/0" not in pair.ok("plan", "--json").out.replace("answers.migrate/0", "")
    pair.ok("start", "answers")
    assert pair.ready("answers", 2)
    assert "built" in pair.get("/")[1]


def test_a_whole_up_starts_what_was_excepted(pair: App) -> None:
    pair.up("--except", "answers")
    pair.up()
    assert pair.ready("answers", 2)


def test_an_unknown_exception_is_refused(pair: App) -> None:
    told = pair.shoal("up", "-d", "--except", "answer")
    assert told.code == 2
    assert "there is no service answer" in told.err and "Did you mean answers?" in told.err


def test_env_is_what_a_process_of_ones_own_needs(pair: App) -> None:
    pair.up("--except", "answers")
    told = pair.ok("env", "answers", "--json")
    found = told.json
    assert "passwords" in told.err
    assert found["cwd"] == str(pair.folder / "answers")
    assert found["env"]["GREETING"] == "built"
    assert found["env"]["PORT"] == str(found["ports"]["http"])
    assert pair.ok("env", "answers", "--json").json["ports"] == found["ports"]
    script = f'eval "$({SHOAL} env answers --shell 2>/dev/null)"; echo $PORT $PWD; exec python -S server.py'
    with subprocess.Popen(["sh", "-c", script], cwd=pair.folder, env=pair.env, stdout=subprocess.PIPE) as process:
        try:
            pair.wait_until(lambda: "built" in get(f"http://127.0.0.1:{found['ports']['http']}/")[1])
        finally:
            process.kill()


def test_env_needs_an_app_that_runs_and_a_service_of_it(pair: App) -> None:
    told = pair.shoal("env", "answers")
    assert told.code == 10
    assert "shoal up -d" in told.err
    pair.up("asks")
    assert pair.shoal("env", "answrs").code == 2


def attached(app: App) -> list[dict[str, object]]:
    return [i for i in app.of("answers") if i["attached"] and i["phase"] == "ready"]


def edited(app: App) -> None:
    app.edit('os.environ.get("GREETING", "hello") + f', '"own" + f', "answers/server.py")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_process_of_ones_own_stands_in_until_it_ends(pair: App, number: signal.Signals) -> None:
    pair.up()
    before = {i["id"] for i in pair.of("answers")}
    edited(pair)
    own = pair.begin("run", "--attach", "answers")
    pair.wait_until(lambda: attached(pair))
    pair.wait_until(lambda: "own" in pair.get("/answers")[1])
    answers = {pair.get(path)[1] for path in ["/answers", "/"] * 10}
    assert answers == {f"own {own.pid}"}
    assert "attached" in pair.ok("ps").out and "stands aside" in pair.ok("ps").out
    with Load(pair.url + "/") as load:
        own.send_signal(number)
        own.wait(10)
        pair.wait_until(lambda: load.answers and "built" in pair.get("/answers")[1])
    assert {i["id"] for i in pair.of("answers")} == before
    pair.wait_until(lambda: not any(i["attached"] for i in pair.ps("-a")))
    assert pair.ready("answers", 2)
    assert [e["kind"] for e in pair.events() if "tached" in e["kind"]] == ["attached", "detached"]


def test_it_may_have_a_command_of_its_own_and_nobody_to_stand_in_for(pair: App) -> None:
    pair.up("--except", "answers")
    own = pair.begin("run", "--attach", "answers", "--", "env", "GREETING=mine", "python", "-S", "server.py")
    pair.wait_until(lambda: "mine" in pair.get("/")[1])
    assert pair.told(own).startswith("answers is attached at http:")
    assert pair.ok("env", "answers", "--json").json["env"]["PORT"] in pair.told(own)
    own.terminate()
    pair.wait_until(lambda: pair.get("/answers")[0] == 503)
    assert pair.of("answers") == []


def test_what_listens_already_can_be_attached(pair: App) -> None:
    pair.up()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ide = pair.env | {"HOST": "127.0.0.1", "PORT": str(port), "GREETING": "ide", "SHOAL_INDEX": "0"}
    command = [sys.executable, "-S", "server.py"]
    with subprocess.Popen(command, cwd=pair.folder / "answers", env=ide, stdout=subprocess.DEVNULL) as process:
        try:
            waiting = pair.begin("run", "--attach", "answers", "--port", str(port))
            pair.wait_until(lambda: f"ide {process.pid}" in pair.get("/")[1])
            waiting.send_signal(signal.SIGINT)
            waiting.wait(10)
            pair.wait_until(lambda: "built" in pair.get("/")[1])
            assert process.poll() is None
        finally:
            process.kill()


def test_it_stays_when_the_daemon_is_killed(pair: App) -> None:
    pair.up()
    url = pair.url
    own = pair.begin("run", "--attach", "answers", "--", "env", "GREETING=mine", "python", "-S", "server.py")
    pair.wait_until(lambda: "mine" in get(url)[1])
    _, daemon = pair.keeper_and_daemon()
    processes.kill(daemon)
    pair.wait_until(lambda: pair.keeper_and_daemon()[1] not in (0, daemon))
    pair.wait_until(lambda: attached(pair))
    assert "mine" in get(url)[1]
    own.kill()
    pair.wait_until(lambda: "built" in get(url)[1])


def test_other_wishes_for_an_attached_service_are_refused_and_down_ends_it(pair: App) -> None:
    pair.up()
    own = pair.begin("run", "--attach", "answers")
    pair.wait_until(lambda: attached(pair))
    for words in (["stop", "answers"], ["restart", "answers"], ["scale", "answers=3"], ["run", "--attach", "answers"]):
        told = pair.shoal(*words)
        assert told.code == 9, str(told)
        assert f"answers is attached: process {own.pid} stands in for it\n  End that one first" in told.err
    pair.ok("down")
    assert own.wait(10) in (0, -signal.SIGTERM)


def test_a_worker_that_is_attached_is_the_only_one(app: Make) -> None:
    made = app("name: w\nservices:\n" + shell("worker", "echo works; exec sleep 1000"))
    made.up()
    before = made.pid("worker")
    own = made.begin("run", "--attach", "worker", "--", "sleep", "1001")
    made.wait_until(lambda: [i["pid"] for i in made.of("worker")] == [own.pid])
    own.kill()
    made.wait_until(lambda: made.ready("worker", but=[before, own.pid]))


@pytest.mark.parametrize(("words", "what"), [
    (["--port", "5005"], "run: --port belongs to --attach"),
    ([], "run: a job or a service is missing"),
    (["--attach", "answers", "--port", "5005", "env"], "run: --port is for what runs already, so there is no command"),
    (["--attach", "answers", "--port", "0"], "0 is no port: 1 to 65535"),
    (["--attach", "nobody"], "there is no service nobody"),
])  # fmt: skip
def test_what_makes_no_sense_is_said(lasting: App, words: list[str], what: str) -> None:
    told = lasting.shoal("run", *words)
    assert told.code == 2
    assert what in told.err


@pytest.fixture(scope="module")
def lasting(lasting_app: Make) -> App:
    made = lasting_app(YAML, FILES)
    made.up("asks", "--except", "answers")
    return made

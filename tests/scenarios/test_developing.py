"""Whoever works on a service must be able to run it himself, in the place that it has in the app."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import SERVER

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
    script = f'eval "$({_shoal()} env answers --shell 2>/dev/null)"; echo $PORT $PWD; exec python -S server.py'
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


def _shoal() -> Path:
    from tests.scenarios.app import SHOAL

    return SHOAL

"""Another value of a secret must come as a release: whole, or not at all."""

from __future__ import annotations

import subprocess

from shoal.errors import RolledBack
from tests.scenarios import processes
from tests.scenarios.app import SHOAL, App, Result, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import SERVER

APP = """\
name: safe
services:
  web:
    path: web
    stack: command
    command: [python3, -S, server.py]
    environment: {KEY: "${secrets.key}", TOKEN: "${secrets.token}"}
    replicas: 2
    health: {ready: {http: /ready, every: 200ms, timeout: 1s}, startup: {http: /ready, every: 200ms, grace: 3s}}
  other:
    path: web
    stack: command
    command: [python3, -S, server.py]
secrets: {key: {generate: 24}, token: {env: TOKEN}}
gateway: {routes: [{paths: [/other], to: other, strip: true}, {paths: [/], to: web}]}
"""
# It ends at once with a value that it doesn't like.
PICKY = 'import os, sys\nsys.exit("no such token") if os.environ.get("TOKEN") == "refused" else None\n' + SERVER
FILES = {"web/server.py": PICKY, ".env": "TOKEN=first\n"}


def given(app: App, value: str, *words: str) -> Result:
    """`secrets rotate` with a value on stdin."""
    done = subprocess.run(
        [SHOAL, "secrets", "rotate", *words, "--value-from-stdin"],
        cwd=app.folder,
        env=app.env,
        input=value,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


def values(app: App, name: str) -> list[str]:
    """What the running instances of web have."""
    return [processes.environment(i["pid"])[name] for i in app.of("web")]


def shown(app: App) -> str:
    """All that shoal writes down or says, but for the folder of secrets."""
    told = [
        app.ok(*words.split()).out for words in ("events", "plan", "history", "secrets", "secrets --json", "config")
    ]
    files = [path for path in app.state().rglob("*") if path.is_file() and "secrets" not in path.parts]
    return "\n".join([*told, *(path.read_text(errors="replace") for path in files), *app.processes().values()])


def test_a_rotated_secret_is_rolled_out_to_those_who_use_it(app: Make) -> None:
    safe = app(APP, FILES)
    safe.up()
    before, (key, _) = {i["id"] for i in safe.of("other")}, values(safe, "KEY")
    told = safe.ok("secrets", "rotate", "key")
    assert "release 2: key rotated; web" in told.err
    new = values(safe, "KEY")
    assert len(set(new)) == 1 and new[0] != key and len(new[0]) == 24
    assert get(f"{safe.url}/env/KEY") == (200, new[0])
    assert values(safe, "TOKEN") == ["first", "first"]
    assert {i["id"] for i in safe.of("other")} == before, "who doesn't use it goes on"
    assert safe.ok("history", "--json").json["releases"][-1]["cause"] == "key rotated"
    assert new[0] not in shown(safe) and key not in shown(safe)


def test_a_rotation_that_fails_gives_everybody_the_old_value_again(app: Make) -> None:
    safe = app(APP, FILES)
    safe.up()
    before = {i["pid"] for i in safe.of("web")}
    failed = given(safe, "refused\n", "token")
    assert failed.code == RolledBack.exit_code, str(failed)
    assert "release 2 failed, and release 1 runs again" in failed.err
    assert {i["pid"] for i in safe.of("web")} == before
    processes.kill(*before)
    safe.wait_until(lambda: safe.ready("web", 2, but=before))
    assert values(safe, "TOKEN") == ["first", "first"], "what starts later has it, too"
    assert safe.ok("plan").out == "nothing to do\n"


def test_a_rotated_value_stays_until_its_source_says_something_else(app: Make) -> None:
    safe = app(APP, FILES)
    safe.up()
    assert given(safe, "second", "token").code == 0
    safe.up()
    assert values(safe, "TOKEN") == ["second", "second"]
    safe.ok("down")
    safe.up()
    assert values(safe, "TOKEN") == ["second", "second"]
    safe.write({".env": "TOKEN=third\n"})
    safe.up()
    assert values(safe, "TOKEN") == ["third", "third"]


def test_a_daemon_that_comes_back_and_a_rollback_know_the_values(app: Make) -> None:
    safe = app(APP, FILES)
    safe.up()
    first = values(safe, "KEY")
    safe.ok("secrets", "rotate", "key", "--generate")
    second = values(safe, "KEY")
    processes.kill(*safe.keeper_and_daemon())
    for instance in safe.of("web"):
        processes.kill(instance["pid"])
    safe.up()
    assert values(safe, "KEY") == second
    safe.ok("rollback", "1")
    assert values(safe, "KEY") == first
    safe.ok("rollback", "2")
    assert values(safe, "KEY") == second


def test_with_the_data_every_value_goes(app: Make) -> None:
    safe = app(APP, FILES)
    safe.up()
    safe.ok("secrets", "rotate", "key")
    old = values(safe, "KEY")
    safe.ok("down", "-v", "--yes")
    safe.up()
    assert not set(values(safe, "KEY")) & set(old)


def test_what_can_not_be_rotated_is_told_before_anything_changes(app: Make) -> None:
    safe = app(APP, FILES)
    assert safe.shoal("secrets").code == 10
    safe.up()
    for words, says in (
        (["rotate"], "which secret?"),
        (["rotate", "kye"], "kye"),
        (["rotate", "token"], "token comes from the variable TOKEN: what is its new value?"),
        (["list", "key"], "list takes no secret"),
        (["rotate", "key", "--generate", "--value-from-stdin"], "not allowed with"),
    ):
        refused = safe.shoal("secrets", *words)
        assert refused.code == 2, str(refused)
        assert says in refused.err
    assert "has this value already" in given(safe, "first", "token").err
    assert "nothing stands on stdin" in given(safe, "\n", "token").err
    assert len(safe.ok("history", "--json").json["releases"]) == 1

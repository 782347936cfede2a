"""Probes by command and by output must tell when a real service is ready, and leave nothing of themselves."""

from __future__ import annotations

import os
import signal

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell

# Ready while the file is there; the answer names it by a variable of the service, relative to its folder.
FILE = "test -e $$FLAG || { echo no $$FLAG in $$PWD; exit 4; }"


def app_of(probe: str, script: str = "exec sleep 1000", more: str = "") -> str:
    keys = f"environment: {{FLAG: flag}}\nstop: {{grace: 1s}}\nhealth: {probe}\n{more}"
    return "name: probed\nservices:\n" + shell("it", script, keys)


def exec_probe(script: str, more: str = "") -> str:
    return f'{{exec: [/bin/sh, -c, "{script}"], every: 200ms{more}}}'


def test_a_command_says_when_it_is_ready_and_when_not(app: Make) -> None:
    some = app(app_of(f"{{ready: {exec_probe(FILE)}}}"))
    some.ok("up", "-d")
    some.wait_until(lambda: f"no flag in {some.folder}" in some.standing("it")["why"])
    assert some.of("it")[0]["phase"] == "starting"
    assert "`sh` ended with exit code 4: no flag in" in some.ok("why", "it").out
    some.write({"flag": ""})
    some.wait_until(lambda: some.ready("it"))
    (some.folder / "flag").unlink()
    some.wait_until(lambda: some.of("it")[0]["phase"] == "unready")
    assert "`sh` ended with exit code 4: no flag in" in some.events("unready")[-1]["text"]


def test_a_command_that_says_no_to_liveness_has_it_replaced(app: Make) -> None:
    some = app(app_of(f"{{live: {exec_probe('! test -e dead-$$SHOAL_INDEX', ', failures: 2')}}}"))
    some.up()
    before = some.pid("it")
    some.write({"dead-0": ""})
    some.wait_until(lambda: not processes.runs(before))
    (some.folder / "dead-0").unlink()
    some.wait_until(lambda: some.ready("it"))
    assert "its liveness probe failed 2 times: `sh` ended with exit code 1" in some.events("exited")[0]["text"]


def test_a_command_that_hangs_is_ended_with_all_that_it_started(app: Make) -> None:
    probe = exec_probe("echo begun >> begun; setsid sleep 777 & exec sleep 777", ", timeout: 300ms")
    some = app(app_of(f"{{ready: {probe}}}"))
    some.ok("up", "-d")
    some.wait_until(lambda: "`sh` did not end within 0.3 s" in some.standing("it")["why"])
    some.wait_until(lambda: len((some.folder / "begun").read_text().split()) > 3)
    assert len(sleeping(some)) <= 2  # those of the question that is open now
    some.ok("down")
    assert some.processes() == {}


def sleeping(some: App) -> list[int]:
    return [pid for pid, command in some.processes().items() if "sleep 777" in command]


def test_a_daemon_that_is_killed_leaves_no_command_and_asks_on(app: Make) -> None:
    probe = exec_probe("test -e fast || exec sleep 777", ", timeout: 30s")
    some = app(app_of(f"{{startup: {exec_probe('true')}, ready: {probe}}}"))
    some.ok("up", "-d")
    some.wait_until(lambda: sleeping(some))
    (hanging,), service = sleeping(some), some.pid("it")
    some.write({"fast": ""})
    os.kill(some.keeper_and_daemon()[1], signal.SIGKILL)
    some.wait_until(lambda: not processes.runs(hanging))
    some.wait_until(lambda: some.ready("it"))
    assert some.pid("it") == service


def test_what_it_prints_says_when_it_is_ready_for_the_next_daemon_too(app: Make) -> None:
    script = "echo begins; while ! test -e flag; do sleep 0.05; done; echo Started it in 0.5 s; exec sleep 1000"
    some = app(app_of("{startup: {log: 'Started \\w+ in [0-9.]+ s$'}}", script))
    some.ok("up", "-d")
    some.wait_until(lambda: "it has printed no line yet that matches Started" in some.standing("it")["why"])
    assert some.of("it")[0]["phase"] == "starting"
    some.write({"flag": ""})
    some.wait_until(lambda: some.ready("it"))
    service, daemon = some.pid("it"), some.keeper_and_daemon()[1]
    os.kill(daemon, signal.SIGKILL)
    some.wait_until(lambda: some.keeper_and_daemon()[1] not in (0, daemon))
    some.wait_until(lambda: some.ready("it"))
    assert some.pid("it") == service


def test_what_never_prints_it_is_replaced_when_its_grace_is_over(app: Make) -> None:
    some = app(app_of("{ready: {log: never, grace: 500ms}}"))
    result = some.shoal("up", "-d", "--wait")
    assert result.code == 6
    assert "never became ready within 0.5 s: it has printed no line yet that matches never" in result.err

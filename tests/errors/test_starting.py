"""What can't start must say why, in words of its own and with its own exit code; what ran before goes on."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, shell, worker

ONE = worker("one", "exec sleep 1000")
UP = ("up", "-d", "--wait")


@pytest.fixture
def one(app: Make) -> App:
    return app(ONE)


def add(app: App, yaml: str) -> None:
    app.write({"shoal.yaml": ONE + yaml})


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that a stranger listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_one_that_dies_at_start(one: App) -> None:
    add(one, shell("dies", "echo the reason is this >&2; exit 3", "port: http\nrestart: {backoff: 100ms}"))
    result = one.shoal(*UP)
    assert result.code == 6, str(result)
    assert "dies did not start" in result.err
    assert "exited with code 3" in result.err
    assert "| the reason is this" in result.err
    assert "shoal why dies" in result.err
    assert one.ready("one")


def test_a_worker_that_dies_at_start_though_nothing_asks_it(one: App) -> None:
    add(one, shell("dies", "echo no work >&2; exit 3", "restart: {backoff: 100ms}"))
    result = one.shoal(*UP)
    assert result.code == 6, str(result)
    assert "dies did not start" in result.err
    assert "| no work" in result.err
    assert one.ready("one")


def test_one_that_dies_by_a_signal(one: App) -> None:
    add(one, shell("dies", "kill -SEGV $$$$", "port: http\nrestart: no"))
    result = one.shoal(*UP)
    assert result.code == 6, str(result)
    assert "SIGSEGV" in result.err
    assert "it printed nothing" in result.err


def test_a_probe_that_never_passes(app: Make) -> None:
    web = app(
        WEB.replace("{ready: {http: /ready, every: 200ms}", "{ready: {http: /ready, every: 200ms, grace: 300ms}"),
        WEB_FILES,
    )
    web.edit("replicas: 2", "replicas: 2\n    restart: {backoff: 100ms}")
    web.write({"web/unready-0": "", "web/unready-1": ""})
    result = web.shoal(*UP)
    assert result.code == 6, str(result)
    assert "GET /ready answered 503" in result.err
    assert "shoal why web" in result.err


def test_a_program_that_is_not_there(one: App) -> None:
    add(one, "  lost: {stack: command, command: [no-such-program]}\n")
    result = one.shoal(*UP)
    assert result.code == 4, str(result)
    assert "no-such-program" in result.err
    assert "lost" in result.err
    assert one.ready("one")


def test_a_program_that_may_not_run(one: App) -> None:
    one.write({"script": "#!/bin/sh\n"})
    add(one, "  closed: {stack: command, command: [./script]}\n")
    result = one.shoal(*UP)
    assert result.code == 6, str(result)
    assert "script" in result.err
    assert "ermission" in result.err


def test_a_working_folder_that_is_not_there(one: App) -> None:
    add(one, "  lost: {stack: command, command: [sleep, '9'], working_dir: nowhere}\n")
    result = one.shoal(*UP)
    assert result.code == 6, str(result)
    assert "nowhere" in result.err


def test_a_gateways_port_that_is_taken(app: Make, taken: int) -> None:
    web = app(WEB.replace("{routes:", f"{{port: {taken}, routes:"), WEB_FILES)
    result = web.shoal(*UP)
    assert result.code == 8, str(result)
    assert f"port {taken}" in result.err
    assert "gateway" in result.err


def test_a_gateways_port_that_is_taken_while_the_app_runs(app: Make, taken: int) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    services, url = [i["pid"] for i in web.of("web")], web.url
    web.edit("{routes:", f"{{port: {taken}, routes:")
    result = web.shoal(*UP)
    assert result.code == 8, str(result)
    assert f"port {taken}" in result.err
    assert [i["pid"] for i in web.of("web")] == services
    web.edit(f"port: {taken}, ", "")
    web.up()
    assert web.url == url
    assert web.get()[0] == 200


def test_a_build_that_fails(one: App) -> None:
    one.write({"py/requirements.txt": "-r not-there.txt\n", "py/main.py": "print('hello')\n"})
    add(one, "  py: {path: py, stack: python, command: [python, main.py]}\n")
    result = one.shoal(*UP, timeout=60)
    assert result.code == 5, str(result)
    assert "building py" in result.err
    assert "not-there.txt" in result.err
    (log,) = set(re.findall(r"the whole log: (.+)", result.err))
    assert "not-there.txt" in Path(log).read_text()
    assert one.ready("one")
    assert "not-there.txt" in one.ok("why", "py").out


def test_a_changed_service_whose_build_fails_leaves_the_old_one_running(app: Make) -> None:
    files = {"py/requirements.txt": "", "py/main.py": "import time\nprint('up', flush=True)\ntime.sleep(1000)\n"}
    py = app("name: py\nservices:\n  py: {path: py, stack: python, command: [python, main.py]}\n", files)
    py.up()
    before = py.pids()
    py.write({"py/requirements.txt": "-r not-there.txt\n"})
    failed = py.shoal(*UP, timeout=60)
    assert failed.code == 15, str(failed)
    assert "building py: step `dependencies` ended with exit code" in failed.err
    assert py.pids() == before


def test_a_changed_service_that_dies_leaves_the_old_one_serving(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    before = web.pids()
    web.edit("command: [python3, -S, server.py]", "command: [sh, -c, 'echo broken; exit 1']")
    result = web.shoal(*UP)
    assert result.code == 15, str(result)
    assert "release 2 failed, and release 1 runs again: web did not start" in result.err
    assert "| broken" in result.err
    assert before.items() <= web.pids().items()
    assert web.get()[0] == 200


def test_a_wait_that_takes_too_long(one: App) -> None:
    add(
        one,
        shell("waits", "exec sleep 1000", "needs: [slow]") + "jobs: {slow: {stack: command, command: [sleep, '30']}}\n",
    )
    begun = time.monotonic()
    result = one.shoal(*UP, "--timeout", "1")
    assert result.code == 12, str(result)
    assert time.monotonic() - begun < 5
    assert "not ready within 1 s" in result.err
    assert "waits is waiting" in result.err
    assert "shoal why" in result.err
    assert one.standing("slow")["state"] == "starting"


def test_several_failures_are_all_told(one: App) -> None:
    add(one, shell("a", "exit 1", "port: http\nrestart: no") + shell("b", "exit 2", "port: http\nrestart: no"))
    result = one.shoal(*UP)
    assert result.code == 6
    assert "a did not start" in result.err
    assert "b did not start" in result.err


def test_the_foreground_up_tells_what_failed_and_goes_on(one: App) -> None:
    add(one, shell("dies", "echo because; exit 3", "port: http\nrestart: no") + shell("fine", "exec sleep 1000"))
    up = one.begin("up")
    one.wait_until(lambda: "dies did not start" in one.told(up))
    assert "| because" in one.told(up)
    assert up.poll() is None
    assert one.ready("fine")
    up.terminate()
    up.wait(10)


def test_a_service_that_came_with_a_release_that_failed_can_be_asked_about(one: App) -> None:
    one.up()
    add(one, shell("dies", "echo because; exit 3", "port: http\nrestart: no"))
    assert one.shoal(*UP).code == 15
    told = one.ok("why", "dies").out
    assert "release 2 was taken back, and release 1 runs again" in told
    assert "| because" in told
    assert "because" in one.ok("logs", "dies").out
    assert one.shoal("why", "dise").code == 2

"""State that is cut off, overwritten or closed must be recovered from, or named; nothing runs on unseen."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.api.wire import SOCKET, line
from tests.scenarios import processes
from tests.scenarios.app import App, Result
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, worker
from tests.scenarios.test_crashes import kill_daemon_and_keeper

WAYS: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda text: text[: len(text) // 2],
    "empty": lambda text: b"",
    "garbled": lambda text: b"\x00\xff\xfe not what it was {",
}


@pytest.fixture
def web(app: Make) -> App:
    made = app(WEB, WEB_FILES)
    made.up()
    return made


def damage(path: Path, how: str) -> None:
    path.write_bytes(WAYS[how](path.read_bytes()))


def recovered_or_named(app: App, before: dict[str, int]) -> Result:
    """After `up`: all is well with the same processes, or one error tells the damaged file, and all goes on."""
    result = app.shoal("up", "-d", "--wait")
    assert result.code in (0, 11), str(result)
    if result.code == 11:
        assert str(app.state()) in result.err, str(result)
        assert "\n  " in result.err, str(result)
    assert all(processes.runs(pid) for pid in before.values())
    return result


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("crash", [False, True], ids=["running", "crashed"])
def test_a_damaged_release(web: App, how: str, crash: bool) -> None:
    before = web.pids()
    if crash:
        kill_daemon_and_keeper(web)
    damage(web.state() / "release.json", how)
    result = recovered_or_named(web, before)
    if result.code == 0:
        assert web.pids() == before


@pytest.mark.parametrize(("how", "crash"), [("garbled", False), *((how, True) for how in WAYS)])
def test_damaged_ports(web: App, how: str, crash: bool) -> None:
    before, url = web.pids(), web.url
    if crash:
        kill_daemon_and_keeper(web)
    damage(web.state() / "ports.json", how)
    result = recovered_or_named(web, before)
    if result.code == 0:
        assert web.url == url
    web.ok("down")
    assert web.processes() == {}
    web.up()
    assert web.get()[0] == 200


@pytest.mark.parametrize("how", WAYS)
def test_damaged_events_are_passed_over(web: App, how: str) -> None:
    before = web.pids()
    kill_daemon_and_keeper(web)
    damage(web.state() / "events.jsonl", how)
    web.up()
    assert web.pids() == before
    web.ok("restart", "web")
    assert web.events("ready")
    assert all(json.loads(text) for text in web.ok("events", "--json").out.splitlines())


@pytest.mark.parametrize("how", ["cut off", "garbled"])
@pytest.mark.parametrize("name", ["identity.json", "spec.json"])
def test_a_damaged_record_of_an_instance_loses_no_process(web: App, how: str, name: str) -> None:
    before = web.pids()
    victim = web.of("web")[0]["id"]
    kill_daemon_and_keeper(web)
    damage(web.state() / "instances" / victim / name, how)
    web.up()
    after = web.pids()
    unharmed = {other: pid for other, pid in before.items() if other != victim}
    assert unharmed.items() <= after.items()
    assert after.get(victim) == before[victim] or not processes.runs(before[victim])
    assert web.ready("web", 2)
    web.ok("down")
    assert web.processes() == {}


def test_down_works_with_every_small_file_damaged(web: App) -> None:
    kill_daemon_and_keeper(web)
    state = web.state()
    for path in (state / "release.json", state / "ports.json", *state.glob("instances/*/*.json")):
        damage(path, "garbled")
    web.ok("down")
    assert web.processes() == {}


def test_a_lost_realm_is_no_reason_to_lose_what_runs(web: App) -> None:
    before = web.pids()
    kill_daemon_and_keeper(web)
    mark = (web.state() / "realm").read_text()
    (web.state() / "realm").unlink()
    web.up()
    assert all(not processes.runs(pid) or web.pids().get(name) == pid for name, pid in before.items())
    web.ok("down")
    assert not any(processes.runs(pid) for pid in before.values()), mark


def test_data_that_lost_its_mark_is_an_error_that_tells_both_ways_out(app: Make) -> None:
    some = app(worker("one", "exec sleep 1000", "needs: [db]") + "backing: {db: postgres}\n")
    some.up()
    some.ok("down")
    mark = some.state() / "data/db.id"
    kept = mark.read_text()
    mark.unlink()
    result = some.shoal("up", "-d", "--wait")
    mark.write_text(kept)
    assert result.code == 11, str(result)
    assert str(mark) in result.err
    some.up()


def test_a_state_folder_that_is_a_file(app: Make) -> None:
    one = app(worker("one", "exec sleep 1000"))
    (one.home / "shoal").write_text("in the way")
    try:
        result = one.shoal("up", "-d")
    finally:
        (one.home / "shoal").unlink()
    assert result.code == 11, str(result)
    assert str(one.home) in result.err


def test_a_dead_daemons_socket_is_no_obstacle(web: App) -> None:
    before = web.pids()
    kill_daemon_and_keeper(web)
    assert (web.state() / SOCKET).exists()
    web.up()
    assert web.pids() == before


def test_a_daemon_of_another_version_says_so(web: App) -> None:
    for told in (ask(web, b'{"verb": "ps", "version": "0.0.0"}\n'), ask(web, line(verb="ps"))):
        assert "error" in told
        assert "shoal" in told["error"]["what"]
    assert web.ready("web", 2)


@pytest.mark.parametrize(
    "request_", [b"\n", b"{\n", b"[]\n", b'{"verb": 1}\n', b"\xff\xfe\n", b"GET / HTTP/1.1\r\n", b"{}\n"]
)
def test_nonsense_at_the_door_is_answered_and_does_no_harm(web: App, request_: bytes) -> None:
    assert "error" in ask(web, request_)
    assert web.ready("web", 2)


def ask(app: App, request: bytes) -> dict[str, dict[str, str]]:
    descriptor = os.open(app.state(), os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(10)
            client.connect(f"/proc/self/fd/{descriptor}/{SOCKET}")
            client.sendall(request)
            with client.makefile("rb") as answers:
                found: dict[str, dict[str, str]] = json.loads(answers.readline())
                return found
    finally:
        os.close(descriptor)

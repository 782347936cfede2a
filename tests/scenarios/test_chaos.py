"""What is disturbed on purpose must show, end in its time whoever dies meanwhile, and heal."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import SERVER, WEB, WEB_FILES, shell

CALLS = f"""\
name: calls
services:
  posts: {{path: web, stack: command, command: [python3, -S, server.py], replicas: 2}}
{shell("web", "exec sleep 1000", "needs: [posts]")}"""
ASK = """\
import os, time, urllib.error, urllib.request
begun = time.monotonic()
try:
    with urllib.request.urlopen(os.environ["POSTS_URL"], timeout=10) as found:
        status = found.status
except urllib.error.HTTPError as refused:
    status = refused.code
print(status, time.monotonic() - begun)
"""
FULL = """\
name: full
services:
  web:
    path: web
    stack: command
    command: [python3, -S, server.py]
    limits: {disk: 1Mi}
gateway: {routes: [{to: web}]}
"""


def asked(app: App) -> tuple[int, float]:
    """What an edge's request is answered, and after how long."""
    status, took = app.ok("exec", "web", "python3", "-S", "-c", ASK).out.split()
    return int(status), float(took)


def stopped(pid: int) -> bool:
    return processes.state(pid) == b"T"


def status(app: App) -> list[str]:
    return [one["kind"] for one in app.ok("chaos", "status", "--json").json["disturbances"]]


def test_an_edge_is_late_refused_and_cut_for_a_time_and_nothing_is_restarted(app: Make) -> None:
    calls = app(CALLS, {"web/server.py": SERVER})
    calls.up()
    pids = calls.pids()
    for words, seen in (
        (("delay", "web->posts", "700ms"), lambda: asked(calls)[1] >= 0.7),
        (("abort", "web->posts", "--status", "502"), lambda: asked(calls)[0] == 502),
        (("partition", "web->posts"), lambda: asked(calls)[0] == 503),
        (("partition", "posts"), lambda: asked(calls)[0] == 503),
    ):
        assert asked(calls)[0] == 200
        going = calls.begin("chaos", *words, "--for", "60s")
        calls.wait_until(seen)
        assert status(calls) == [words[0]]
        calls.ok("chaos", "end")
        calls.wait_until(lambda going=going: going.poll() == 0)  # type: ignore[misc]
        assert "all is well" in calls.told(going)
        calls.wait_until(lambda: asked(calls)[0] == 200 and asked(calls)[1] < 0.7)
    assert calls.pids() == pids


@pytest.fixture
def paused(app: Make) -> tuple[App, int, subprocess.Popen[str]]:
    """An app with a paused instance, its pid, and who asked for that."""
    web = app(WEB.replace("live: {http: /live, every: 200ms}", ""), WEB_FILES)
    web.up()
    victim = web.of("web")[0]["pid"]
    going = web.begin("chaos", "pause", "web/0", "--for", "8s")
    web.wait_until(lambda: stopped(victim))
    return web, victim, going


def test_it_ends_in_its_time_though_the_daemon_dies(paused: tuple[App, int, subprocess.Popen[str]]) -> None:
    web, victim, _ = paused
    _, daemon = web.keeper_and_daemon()
    processes.kill(daemon)
    web.wait_until(lambda: web.keeper_and_daemon()[1] not in (0, daemon))
    assert stopped(victim)
    web.wait_until(lambda: not stopped(victim))
    web.wait_until(lambda: web.ready("web", 2))
    assert web.of("web")[0]["pid"] == victim
    assert status(web) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_whoever_asked_for_it(
    paused: tuple[App, int, subprocess.Popen[str]], number: signal.Signals
) -> None:
    web, victim, going = paused
    begun = time.monotonic()
    going.send_signal(number)
    web.wait_until(lambda: not stopped(victim))
    web.wait_until(lambda: not status(web))
    assert time.monotonic() - begun < 6


def test_down_in_the_middle_of_it_forgets_it(app: Make) -> None:
    calls = app(CALLS, {"web/server.py": SERVER})
    calls.up()
    going = calls.begin("chaos", "partition", "posts", "--for", "300s")
    calls.wait_until(lambda: asked(calls)[0] == 503)
    calls.ok("down")
    calls.wait_until(lambda: going.poll() is not None)
    calls.up()
    assert status(calls) == []
    calls.wait_until(lambda: asked(calls)[0] == 200)


def test_a_kill_tells_what_healed_and_how_long_it_took(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    victim, other = web.of("web")
    with Load(web.url) as load:
        told = web.ok("chaos", "kill", "web/0", "--json").json
    assert load.failed == []
    assert told["healed"] is True
    first, *rest = told["steps"]
    assert (first["instance"], first["what"]) == (victim["id"], "ended")
    assert "SIGKILL" in first["text"]
    assert [step["what"] for step in rest] == ["started", "ready"]
    assert 0.0 < first["after"] <= rest[0]["after"] <= rest[1]["after"] <= told["took"]
    assert web.of("web")[1]["pid"] == other["pid"]


def test_envoy_and_a_backing_service_come_back(app: Make) -> None:
    web = app(WEB.replace("replicas: 2", "needs: [events]") + "backing: {events: {nats: {}}}\n", WEB_FILES)
    web.up()
    for name in ("mesh", "events"):
        before = web.pid(name)
        told = web.ok("chaos", "kill", name).out
        assert "SIGKILL" in told and "all is well" in told
        assert web.pid(name) != before
    web.wait_until(lambda: get(web.url)[0] == 200)


def test_a_full_disk_ends_an_instance_and_a_new_one_takes_its_place(app: Make) -> None:
    full = app(FULL, {"web/server.py": SERVER})
    full.up()
    before = full.pid("web")
    told = full.ok("chaos", "fill", "web", "--for", "8s").out
    assert "over its disk limit of 1Mi" in told
    assert full.pid("web") != before


def test_a_restart_by_hand_does_not_wait_for_the_back_off(app: Make) -> None:
    yaml = "name: late\nservices:\n" + shell("late", "test -e here && exec sleep 1000; exit 1")
    late = app(yaml, plain=True)
    late.shoal("up", "-d")
    late.wait_until(lambda: len(late.events("exited")) >= 5, deadline=30)  # the next pause is 8 s
    (late.folder / "here").touch()
    begun = time.time()
    late.ok("restart", "late")
    first = next(e for e in late.events("started") if e["time"] > begun)
    assert first["time"] - begun < 4


def test_what_cannot_be_had_is_refused_by_name_and_changes_nothing(app: Make) -> None:
    web = app(WEB.replace("\n    replicas: 2", "\n    needs: [events]") + "backing: {events: {nats: {}}}\n", WEB_FILES)
    web.up()
    pids = web.pids()
    for words, code, text in (
        (("delay", "web->nobody", "1s"), 2, "there is no edge web->nobody"),
        (("delay", "gateway-", "1s"), 2, "must be quoted"),
        (("abort", "web"), 2, "abort takes an edge"),
        (("partition", "events"), 2, "nothing reaches events through the mesh"),
        (("kill", "nobody"), 2, "there is no service nobody"),
        (("kill", "web/7"), 2, "web/7 doesn't run"),
        (("fill", "web"), 2, "web has no limit of its disk"),
    ):
        refused = web.shoal("chaos", *words)
        assert (refused.code, refused.out) == (code, "")
        assert text in refused.err
    assert web.pids() == pids
    assert status(web) == []


def test_prod_is_left_alone_unless_somebody_insists(app: Make) -> None:
    web = app(WEB + "environments: {prod: {}}\n", WEB_FILES)
    web.up("--env", "prod")
    refused = web.shoal("chaos", "kill", "web/0", "--env", "prod")
    assert refused.code == 13
    assert "--yes" in refused.err
    web.ok("chaos", "kill", "web/0", "--yes", "--env", "prod")

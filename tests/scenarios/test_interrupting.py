"""A foreground `up` that is told to end must stop what it started, at whatever moment, and nothing else."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import STUBBORN, WEB, WEB_FILES, shell, worker

MIXED = WEB.replace("gateway:", shell("other", "exec sleep 1000", "needs: [seed]") + "gateway:") + (
    "jobs: {seed: {stack: command, command: [sleep, '0.1']}}\n"
)
SEED = 20240131
# Most of what can go wrong lies in the first second; a warm `up` is all done by then.
MOMENTS = [
    round(random.Random(SEED + n).choice((0.4, 1.0, 3.0)) * random.Random(SEED * 2 + n).random(), 3) for n in range(30)
]


def ends(process: subprocess.Popen[str], deadline: float = 30) -> int:
    return process.wait(deadline)


def in_the_foreground(app: App, *, nohup: bool = False) -> subprocess.Popen[str]:
    """An `up` that has started everything and shows logs."""
    up = app.begin("up", nohup=nohup)
    app.wait_until(lambda: "http://127" in app.told(up) or "| " in app.told(up))
    return up


@pytest.mark.timeout(180)
@pytest.mark.parametrize("part", range(3))
def test_ctrl_c_at_any_moment_leaves_nothing(app: Make, part: int) -> None:
    web = app(MIXED, WEB_FILES, plain=part == 1)
    for number, moment in enumerate(MOMENTS[part * 10 : part * 10 + 10]):
        if number % 3 == 0 and web.states():
            web.ok("down", "-v", "--yes")  # cold again
        up = web.begin("up")
        time.sleep(moment)  # the moment itself is what is tried
        up.send_signal(signal.SIGINT)
        code = ends(up)
        told = web.told(up)
        assert web.processes() == {}, f"after {moment} s\n{told}"
        # In its very first milliseconds Python itself says something; from our first line on nothing does.
        if "src/shoal" in told or "Traceback" not in told:
            assert code in (130, -signal.SIGINT), f"after {moment} s: {code}\n{told}"
            assert "Traceback" not in told, f"after {moment} s\n{told}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["begun", "up"])
def test_each_signal_that_ends_stops_everything(app: Make, number: signal.Signals, moment: str) -> None:
    web = app(WEB, WEB_FILES)
    if moment == "up":
        up = in_the_foreground(web)
    else:
        up = web.begin("up")
        web.wait_until(lambda: web.keeper_and_daemon()[1], every=0.002)
    up.send_signal(number)
    assert ends(up) == 130
    assert "Traceback" not in web.told(up)
    assert web.processes() == {}


def test_a_second_ctrl_c_kills_what_ignores_being_asked(app: Make) -> None:
    deaf = app(worker("deaf", STUBBORN, "stop: {grace: 60s}"))
    up = deaf.begin("up")
    deaf.wait_until(lambda: "| stubborn" in deaf.told(up))
    up.send_signal(signal.SIGINT)
    deaf.wait_until(lambda: "once more kills" in deaf.told(up))
    assert up.poll() is None
    up.send_signal(signal.SIGINT)
    assert ends(up, 10) == 130
    assert deaf.processes() == {}


def test_up_in_the_foreground_on_a_running_app_stops_only_what_it_started(app: Make) -> None:
    some = app(worker("first", "exec sleep 1000"))
    some.up()
    before = some.pids()
    some.write(
        {"shoal.yaml": worker("first", "exec sleep 1000") + shell("second", "echo second-is-up; exec sleep 1000")}
    )
    up = some.begin("up")
    some.wait_until(lambda: "second-is-up" in some.told(up))
    up.send_signal(signal.SIGINT)
    assert ends(up) == 130
    assert some.pids() == before
    assert some.of("second") == []


def test_a_second_ctrl_c_kills_only_what_this_up_started(app: Make) -> None:
    some = app(worker("first", STUBBORN, "stop: {grace: 1s}"))
    some.up()
    before = some.pids()
    deaf = shell("deaf", STUBBORN, "stop: {grace: 60s}")
    some.write({"shoal.yaml": worker("first", STUBBORN, "stop: {grace: 1s}") + deaf})
    up = some.begin("up")
    some.wait_until(lambda: "deaf-0" in some.told(up) and "| stubborn" in some.told(up))
    up.send_signal(signal.SIGINT)
    some.wait_until(lambda: "once more kills" in some.told(up))
    up.send_signal(signal.SIGINT)
    assert ends(up, 10) == 130
    assert some.pids() == before


def test_up_in_the_foreground_shows_the_logs_of_all(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    up = in_the_foreground(web)
    web.wait_until(lambda: web.told(up).count("| serves") == 2)
    web.wait_until(lambda: web.url in web.told(up))
    web.ok("restart", "web")
    web.wait_until(lambda: web.told(up).count("| serves") == 4)
    up.send_signal(signal.SIGINT)
    ends(up)


def test_nohup_outlives_its_terminal(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    up = in_the_foreground(web, nohup=True)
    up.send_signal(signal.SIGHUP)
    web.ok("restart", "web")
    assert up.poll() is None
    up.terminate()
    assert ends(up) == 130


def test_down_elsewhere_ends_an_up_in_the_foreground(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    up = in_the_foreground(web)
    web.ok("down")
    ends(up)
    assert "Traceback" not in web.told(up)
    assert web.processes() == {}


def test_a_killed_up_leaves_what_the_next_up_adopts_and_down_stops(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    up = in_the_foreground(web)
    before = web.pids()
    processes.kill(up.pid)
    ends(up)
    web.up()
    assert web.pids() == before
    web.ok("down")
    assert web.processes() == {}


def test_ctrl_c_of_a_detached_up_that_waits_stops_what_it_started(app: Make) -> None:
    slow = app(WEB.replace("GREETING: hello", "SLOW: '60'"), WEB_FILES)
    up = slow.begin("up", "-d", "--wait")
    slow.wait_until(lambda: "started" in slow.told(up))
    up.send_signal(signal.SIGINT)
    assert ends(up) == 130
    assert slow.processes() == {}

"""Verbs that look into what runs, wait for it, and copy from and to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, shell, worker
from tests.scenarios.terminal import Terminal

CALLER = shell("caller", "echo calls; sleep 1000 & wait", "needs: [web]")
BUILT = """\
  built:
    path: built
    stack: python
    command: [sleep, "1000"]
"""
JOBS = "jobs: {seed: {stack: command, command: [echo, seeded]}}\n"


@pytest.fixture(scope="module")
def web(lasting_app: Make) -> App:
    made = lasting_app(WEB.replace("gateway:", CALLER + BUILT + JOBS + "gateway:"), WEB_FILES | {
        "built/requirements.txt": "", "built/main.py": ""})  # fmt: skip
    made.up()
    return made


def test_top_shows_all_processes_of_a_service(web: App) -> None:
    found = web.ok("top", "--json", "caller").json
    (instance,) = found["instances"]
    assert found["version"] == 1
    assert instance["processes"][0]["pid"] == web.pid("caller")
    assert any(p["command"] == "sleep 1000" and p["parent"] == web.pid("caller") for p in instance["processes"])
    assert all(processes.runs(p["pid"]) for p in instance["processes"])
    told = web.ok("top", "caller").out
    assert told.startswith("caller-0-") and re.search(r"^\d+ +\d+ .* sleep 1000$", told, re.M)


def test_top_of_nobody_is_an_error_with_the_one_meant(web: App) -> None:
    result = web.shoal("top", "caler")
    assert result.code == 2
    assert "Did you mean caller?" in result.err


def test_stats_tells_what_each_instance_uses(web: App) -> None:
    found = {i["instance"]: i for i in web.ok("stats", "--json").json["instances"]}
    assert set(found) == {i["id"] for i in web.ps()}
    mesh = next(i["usage"] for i in found.values() if i["workload"] == "mesh")
    resident = int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{web.pid('mesh')}/status").read_text())[0]) << 10
    assert 0 < mesh["memory"] <= resident * 1.2
    assert mesh["measure"] in ("pss", "rss")
    assert mesh["threads"] > 1 and mesh["descriptors"] > 3 and mesh["cpu"] > 0
    lines = web.ok("stats", "web").out.splitlines()
    assert lines[0].split() == ["NAME", "CPU", "MEMORY", "PROCESSES", "THREADS", "FDS", "LOG"]
    assert [line.split("-")[0] for line in lines[1:]] == ["web", "web"]


def test_port_tells_where_instances_listen_and_what_callers_dial(web: App) -> None:
    found = web.ok("port", "--json", "web").json
    listening = processes.listening()
    assert [int(e["endpoint"].rpartition(":")[2]) in listening for e in found["endpoints"]] == [True, True]
    by_caller = {c["caller"]: c["address"] for c in found["callers"]}
    assert set(by_caller) == {"caller", "gateway"}
    assert by_caller["gateway"] == web.url
    assert int(by_caller["caller"].rpartition(":")[2]) in listening
    assert web.ok("port", "web", "http", "--index", "1").out == found["endpoints"][1]["endpoint"] + "\n"
    assert "There are: http." in web.shoal("port", "web", "admin").err


def test_wait_is_over_at_once_when_all_is_ready(web: App) -> None:
    assert web.ok("wait", "--timeout", "30") == (0, "", "")
    assert web.ok("wait", "--for", "done", "seed").out == "seed: 0\n"


def test_wait_for_a_job_of_what_has_none_is_refused(web: App) -> None:
    result = web.shoal("wait", "--for", "done", "web")
    assert result.code == 2
    assert "web has no job" in result.err


def test_files_are_copied_from_and_to_an_instances_folder(web: App, tmp_path: Path) -> None:
    web.ok("cp", "web:server.py", str(tmp_path / "copy.py"))
    assert (tmp_path / "copy.py").read_text() == WEB_FILES["web/server.py"]
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    (tmp_path / "tree" / "deep" / "leaf").write_text("green")
    result = web.ok("cp", str(tmp_path / "tree"), "caller:")
    assert result.err.startswith("copied to /")
    web.ok("cp", "caller:tree/deep/leaf", str(tmp_path))
    assert (tmp_path / "leaf").read_text() == "green"


def test_a_shared_build_is_read_but_not_written(web: App, tmp_path: Path) -> None:
    web.ok("cp", "built:main.py", str(tmp_path))
    result = web.shoal("cp", str(tmp_path / "main.py"), "built:other.py")
    assert result.code == 2
    assert "shared by all services" in result.err and "scratch" in result.err


def test_cp_of_what_isnt_there_and_of_odd_places(web: App, tmp_path: Path) -> None:
    assert "there is no" in web.shoal("cp", "web:nothing", str(tmp_path)).err
    assert "SERVICE:PATH" in web.shoal("cp", "a", "b").err
    assert web.shoal("cp", "--index", "7", "web:server.py", str(tmp_path)).code == 2


def test_version_names_the_engines(web: App) -> None:
    found = web.ok("version", "--json").json
    assert f"shoal {found['shoal']}\n" == web.ok("--version").out
    assert found["engines"]["envoy"] and found["engines"]["postgres@16"]


def test_stats_on_a_terminal_goes_on_and_leaves_the_cursor_at_the_end(web: App) -> None:
    with Terminal(web, "stats", "web") as terminal:
        terminal.until("web-1-")
        web.ok("restart", "web")  # something to show
        terminal.until("\033[3A")  # drawn over
        terminal.press("\x03")
        assert terminal.ends() == -signal.SIGINT
    assert terminal.seen.startswith("\033[?25l") and terminal.seen.endswith("\033[?25h")


# Apps of their own


def test_wait_ends_with_a_jobs_own_exit_code(app: Make) -> None:
    jobs = app(worker("w") + "jobs: {good: {stack: command, command: [echo, hi]}, bad: {stack: command, command: "
               "[sh, -c, 'exit 7']}}\n")  # fmt: skip
    jobs.shoal("up", "-d")
    result = jobs.shoal("wait", "--for", "done", "--timeout", "20")
    assert (result.code, sorted(result.out.splitlines())) == (7, ["bad: 7", "good: 0"])
    assert jobs.shoal("wait", "--for", "done", "good").code == 0
    assert jobs.shoal("wait", "bad").code == 7


def test_wait_in_vain_is_12_and_for_what_is_gone_is_over(app: Make) -> None:
    slow = app(WEB.replace("GREETING: hello", "SLOW: '60'"), WEB_FILES)
    slow.ok("up", "-d")
    result = slow.shoal("wait", "--timeout", "0.5", "web")
    assert result.code == 12
    assert "not ready within 0.5 s" in result.err
    waiting = slow.begin("wait", "--for", "gone", "web")
    slow.ok("stop", "web")
    assert waiting.wait(20) == 0
    whole = slow.begin("wait", "--for", "gone")
    slow.ok("down")
    assert whole.wait(20) == 0
    assert slow.shoal("wait", "--for", "gone").code == 0
    assert slow.shoal("wait").code == 10


def test_ls_shows_apps_that_run_that_are_down_and_that_lost_their_folder(app: Make) -> None:
    up = app(WEB, WEB_FILES, name="first")
    down = app(worker("second"), name="second", home=up.home)
    lost = app(worker("third"), name="third", home=up.home)
    for one in (up, down, lost):
        one.up()
    down.ok("down")
    lost.ok("down")
    moved = lost.folder.with_name("moved")
    lost.folder.rename(moved)
    try:
        found = {one["name"]: one for one in up.ok("ls", "--json").json["apps"]}
        assert {name: (one["state"], one["gone"]) for name, one in found.items()} == {
            "web": ("ready", False), "second": ("down", False), "third": ("down", True)}  # fmt: skip
        assert found["web"]["url"] == up.url
        assert found["web"]["folder"] == str(up.folder)
        assert found["web"]["since"] and found["second"]["since"] is None
        told = up.ok("ls").out
        assert re.search(rf"^third +dev +process +down +- +- +{re.escape(str(lost.folder))} \(gone\)$", told, re.M)
    finally:
        moved.rename(lost.folder)


def test_ls_says_when_a_daemon_is_away(app: Make) -> None:
    some = app(worker("some"))
    some.up()
    keeper, daemon = some.keeper_and_daemon()
    processes.kill(keeper, daemon)
    some.wait_until(lambda: some.keeper_and_daemon() == (0, 0))
    (found,) = some.ok("ls", "--json").json["apps"]
    assert (found["state"], found["folder"]) == ("daemon away", str(some.folder))


def test_ls_where_nothing_ever_ran_is_empty(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-m", "shoal.cli", "ls", "--json"], cwd=tmp_path, env=env,
                         capture_output=True, check=True)  # fmt: skip
    assert json.loads(ran.stdout) == {"version": 1, "apps": []}

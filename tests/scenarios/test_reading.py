"""Verbs that only look must say what is so, to people and to programs."""

from __future__ import annotations

import json
import re
import subprocess
import time
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest

from shoal.cli.verbs import module_of
from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, shell

TICKS = shell("ticker", "echo first; echo second; echo third; exec sleep 1000")
PEOPLE = shell("quiet", "exec sleep 1000")
JOBS = """\
jobs:
  seed: {stack: command, command: [echo, seeded], when: up}
  later: {stack: command, command: [sh, -c, "echo ran; exit 3"], when: request}
"""


@pytest.fixture(scope="module")
def web(lasting_app: Make) -> App:
    yaml = WEB.replace("gateway:", TICKS + PEOPLE + JOBS + "gateway:")
    made = lasting_app(yaml, WEB_FILES)
    made.up()
    return made


def test_help_names_every_verb(web: App) -> None:
    told = web.ok("--help").out
    for verb in ("up", "down", "ps", "logs", "exec", "run", "restart", "stop", "start", "scale"):
        assert f"  {verb} " in told
    for verb in ("config", "plan", "events", "doctor", "why", "open"):
        assert f"  {verb} " in told
        assert "usage" in web.ok(verb, "--help").out


def test_version_is_told(web: App) -> None:
    assert re.fullmatch(r"shoal \d+\.\d+\.\d+\n", web.ok("--version").out)


def test_ps_shows_a_line_per_instance(web: App) -> None:
    lines = web.ok("ps").out.splitlines()
    assert lines[0].split() == ["NAME", "STATE", "PID", "PORTS", "AGE", "RESTARTS", "NOTE"]
    shown = {line.split()[0].rsplit("-", 1)[0]: line.split() for line in lines[1:] if "ready" in line}
    assert set(shown) == {"web-0", "web-1", "ticker-0", "quiet-0", "mesh-0"}
    assert shown["ticker-0"][3] == "-"
    assert int(shown["web-0"][3]) > 1024
    assert lines[-1] == f"gateway: {web.url}"


def test_ps_all_shows_ended_jobs(web: App) -> None:
    assert "seed-0-" not in web.ok("ps").out
    assert re.search(r"seed-0-\w+ +exited 0 +- ", web.ok("ps", "--all").out)


def test_ps_json_tells_the_truth_about_processes(web: App) -> None:
    found = web.ok("ps", "--json").json
    assert found["version"] == 1
    for instance in web.ps():
        assert processes.runs(instance["pid"])
        assert processes.environment(instance["pid"])["SHOAL_INSTANCE"] == instance["id"]
    assert {s["state"] for s in found["standings"]} == {"ready", "done"}
    assert get(found["url"])[0] == 200


def test_logs_show_all_services_each_line_with_its_instance(web: App) -> None:
    told = web.ok("logs").out
    assert re.search(r"^ticker-0-\w+ +\| second$", told, re.M)
    assert len(re.findall(r"^web-\d-\w+ +\| serves$", told, re.M)) == 2


def test_logs_of_one_service_are_only_its(web: App) -> None:
    told = web.ok("logs", "ticker").out
    assert [line.split("| ")[1] for line in told.splitlines()] == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("count", "expected"), [("1", ["third"]), ("2", ["second", "third"]), ("0", []), ("all", 3), ("99", 3)]
)
def test_logs_tail_counts_lines(web: App, count: str, expected: object) -> None:
    told = [line.split("| ")[1] for line in web.ok("logs", "--tail", count, "ticker").out.splitlines()]
    assert told == expected or len(told) == expected


def test_logs_since_passes_over_older_lines(web: App) -> None:
    assert web.ok("logs", "--since", "1h", "ticker").out.count("\n") == 3
    later = (datetime.now() + timedelta(hours=1)).isoformat(timespec="seconds")
    assert web.ok("logs", "--since", later, "ticker").out == ""


def test_logs_with_timestamps_carry_the_time_of_day(web: App) -> None:
    told = web.ok("logs", "-t", "ticker").out
    assert len(re.findall(r"\| ~?\d\d:\d\d:\d\d\.\d{3} (?:first|second|third)$", told, re.M)) == 3


def test_logs_of_nobody_is_an_error(web: App) -> None:
    result = web.shoal("logs", "tickr")
    assert result.code == 2
    assert "tickr" in result.err


def test_exec_has_the_instances_environment_and_folder(web: App) -> None:
    told = web.ok("exec", "web", "env").out
    assert "GREETING=hello" in told
    assert re.search(r"^PORT=\d+$", told, re.M)
    assert web.ok("exec", "web", "pwd").out.strip() == str(web.folder / "web")


def test_exec_gives_back_the_commands_exit_code(web: App) -> None:
    assert web.shoal("exec", "web", "sh", "-c", "echo out; echo err >&2; exit 17") == (17, "out\n", "err\n")


def test_run_has_the_services_environment(web: App) -> None:
    assert web.ok("run", "web", "printenv", "GREETING").out == "hello\n"


def test_run_of_a_job_gives_back_its_exit_code(web: App) -> None:
    assert web.shoal("run", "later") == (3, "ran\n", "")


def test_run_of_a_service_wants_a_command(web: App) -> None:
    result = web.shoal("run", "web")
    assert result.code == 2
    assert "shoal run web env" in result.err


def test_a_job_on_request_is_not_run_by_up(web: App) -> None:
    assert "later" not in {event["subject"] for event in web.events()}


def test_config_shows_defaults_and_values(web: App) -> None:
    told = web.ok("config").out
    assert "name: web" in told
    found = web.ok("config", "--json").json
    assert found["version"] == 1
    service = next(s for s in found["app"]["services"] if s["name"] == "web")
    assert service["stop"] == {"signal": "SIGTERM", "grace": 10.0}
    assert service["environment"] == {"GREETING": "hello"}


def test_config_quiet_only_checks(web: App) -> None:
    assert web.ok("config", "-q") == (0, "", "")


def test_config_schema_is_a_json_schema(web: App) -> None:
    assert "properties" in web.ok("config", "--schema").json


def test_plan_of_what_runs_is_empty(web: App) -> None:
    assert web.ok("plan").out == "nothing to do\n"
    assert web.ok("plan", "--json").json == {"version": 1, "operations": []}


@pytest.mark.parametrize("words", [
    "ps", "logs", "why ticker", "events", "top", "stats", "port web", "open", "ls", "env web", "wait", "config", "plan",
    "config --explain web.PORT",
    "doctor", "version", "prune --dry-run", "cp web:server.py {}",
])  # fmt: skip
def test_json_has_a_version_and_the_keys_that_the_reference_names(web: App, words: str, tmp_path: Path) -> None:
    verb, *rest = words.format(tmp_path).split()
    documented = {"version", *import_module(module_of(verb)).JSON}
    told = web.ok(verb, "--json", *rest).out
    objects = [json.loads(line) for line in told.splitlines()] if verb in ("logs", "events") else [json.loads(told)]
    assert objects
    assert [one for one in objects if set(one) != documented or one["version"] != 1] == []


def test_logs_as_json_carry_their_times(web: App) -> None:
    found = [json.loads(line) for line in web.ok("logs", "--json", "ticker").out.splitlines()]
    assert [one["text"] for one in found] == ["first", "second", "third"]
    assert all(abs(one["time"] - time.time()) < 3600 for one in found)


def test_events_are_told_oldest_first(web: App) -> None:
    found = web.events()
    assert [e["time"] for e in found] == sorted(e["time"] for e in found)
    assert {"started", "ready", "done"} <= {e["kind"] for e in found}
    lines = web.ok("events").out.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d\.\d{3} \S+ +\w+", line) for line in lines)


def test_events_since_a_later_time_are_none(web: App) -> None:
    later = (datetime.now() + timedelta(hours=1)).isoformat(timespec="seconds")
    assert web.ok("events", "--since", later).out == ""


def test_why_of_a_ready_service_says_so(web: App) -> None:
    told = web.ok("why", "ticker").out
    assert told.startswith("ticker is ready\n")
    assert "| third" in told
    found = web.ok("why", "--json", "ticker").json
    assert found["log"] == ["first", "second", "third"]


def test_open_prints_the_gateways_url(web: App) -> None:
    nothing = {"BROWSER": "true", "DISPLAY": ""}
    assert web.ok("open", env=nothing).out == f"{web.url}/\n"
    assert web.ok("open", "/some/page", env=nothing).out == f"{web.url}/some/page\n"


def test_doctor_finds_the_engines(web: App) -> None:
    told = web.ok("doctor").out
    assert re.search(r"^ok +envoy ", told, re.M)
    checks = web.ok("doctor", "--json").json["checks"]
    assert {check["verdict"] for check in checks} <= {"ok", "note"}


def test_verbs_work_below_the_apps_folder_and_from_afar(web: App) -> None:
    assert web.shoal("ps", cwd=web.folder / "web").code == 0
    assert web.shoal("ps", "-f", str(web.folder), cwd=web.home).code == 0
    assert web.shoal("ps", "--file", str(web.folder / "shoal.yaml"), cwd=web.home).code == 0


def test_a_reader_that_goes_away_is_no_error(web: App) -> None:
    script = "shoal events --json | head -1; shoal ps | head -1; shoal config | head -1"
    ran = subprocess.run(
        ["/bin/sh", "-c", script], cwd=web.folder, env=web.env, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout.splitlines()[0])["kind"]
    assert ran.stderr == ""


def test_logs_follow_what_is_printed_later(web: App) -> None:
    following = web.begin("logs", "-f", "--tail", "0", "web")
    web.wait_until(lambda: processes.runs(following.pid))
    time.sleep(0.3)  # it has begun to follow; a line written before is not asked for
    web.ok("restart", "web")
    web.wait_until(lambda: web.told(following).count("| serves") == 2)
    assert "asked to end" in web.told(following)
    following.terminate()
    following.wait(10)


def test_events_follow_what_happens_later(web: App) -> None:
    following = web.begin("events", "-f", "--since", "0s")
    web.wait_until(lambda: processes.runs(following.pid))
    web.ok("restart", "quiet")
    web.wait_until(lambda: re.search(r"quiet-0-\w+ +stopped", web.told(following)))
    following.terminate()
    following.wait(10)

"""What the file says of calls must hold, and a change of it must reach the mesh while everything goes on running."""

from __future__ import annotations

import json
import os
import re
import signal

from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import SERVER, shell

HUNG = """\
name: hung
services:
  web:
    path: web
    stack: command
    command: [python3, -S, server.py]
    replicas: 2
gateway: {routes: [{to: web}]}
"""
CALLS = f"""\
name: calls
services:
  stable: {{path: web, stack: command, command: [python3, -S, server.py], environment: {{GREETING: stable}}}}
  next: {{path: web, port: http, stack: command, command: [python3, -S, server.py], environment: {{GREETING: next}}}}
{shell("caller", "exec sleep 1000", "needs: [{stable: POLICY}]")}"""
FILES = {"web/server.py": SERVER}
ASK = """\
import os, sys, urllib.error, urllib.request
headers = dict(word.split("=") for word in sys.argv[1:])
try:
    with urllib.request.urlopen(urllib.request.Request(os.environ["STABLE_URL"], headers=headers), timeout=10) as found:
        print(found.status, found.read().decode())
except urllib.error.HTTPError as refused:
    print(refused.code, refused.read().decode())
"""


def test_a_stopped_instance_loses_its_traffic_and_no_reader_sees_a_failure(app: Make) -> None:
    hung = app(HUNG, FILES)
    hung.up()
    victim, other = (instance["pid"] for instance in hung.of("web"))
    with Load(hung.url) as load:
        hung.wait_until(lambda: {f"200 hello {pid}" for pid in (victim, other)} == set(load.answers))
        os.kill(victim, signal.SIGSTOP)
        try:
            before = len(load.answers)
            hung.wait_until(lambda: len(load.answers) > before + 300)
        finally:
            os.kill(victim, signal.SIGCONT)
    assert load.failed == []
    assert set(load.answers[before + 100 :]) == {f"200 hello {other}"}


def test_policies_hold_and_change_while_everything_runs(app: Make) -> None:
    calls = app(CALLS.replace("POLICY", "{}"), FILES)
    calls.up()
    pids = calls.pids()

    def said(*headers: str) -> str:
        return calls.ok("exec", "caller", "python3", "-S", "-c", ASK, *headers).out.strip()

    def policy(text: str) -> None:
        now = next(line for line in (calls.folder / "shoal.yaml").read_text().splitlines() if "needs:" in line)
        calls.edit(now, f"    needs: [{{stable: {text}}}]")
        calls.up()
        assert calls.pids() == pids

    assert said().startswith("200 stable ")
    policy('{rules: [{match: {headers: {x-tester: "yes"}}, to: next}]}')
    assert said("x-tester=yes").startswith("200 next ")
    assert said("x-tester=no").startswith("200 stable ")
    policy("{fault: {abort: 503}}")
    assert json.loads(said().removeprefix("503 ")) == {"errors": {"mesh": ["fault filter abort"]}}
    policy("{rate: {limit: 1/h, burst: 1}}")
    assert said().startswith("200 stable ")
    assert json.loads(said().removeprefix("429 ")) == {"errors": {"mesh": ["local_rate_limited"]}}


def test_a_policy_that_contradicts_itself_changes_nothing(app: Make) -> None:
    calls = app(CALLS.replace("POLICY", "{}"), FILES)
    calls.up()
    pids = calls.pids()
    calls.edit("{stable: {}}", "{stable: {timeout: 1s, try_timeout: 2s}}")
    refused = calls.shoal("up", "-d")
    assert refused.code != 0
    what = "services/caller/needs/0/stable/try_timeout: one try may take 2 s, all of them together only 1 s"
    assert re.search(rf"shoal\.yaml:\d+:\d+: {what}", refused.err), refused.err
    assert calls.pids() == pids

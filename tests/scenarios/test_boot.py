"""What `install-service` writes must bring the app up on a machine that has just started."""

from __future__ import annotations

import json
import re
import subprocess

from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, shell

PAIR = WEB.replace("gateway:", f"{shell('ticker', 'echo ticks; exec sleep 1000')}gateway:").replace(
    "GREETING: hello", 'GREETING: hello, KEY: "${secrets.key}"'
) + ("secrets: {key: {generate: 20}}\n")


def words(line: str) -> list[str]:
    """Those of a line of a unit, as systemd takes them apart."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in found]


def run(app: App, key: str) -> subprocess.CompletedProcess[str]:
    """A command of the unit, with the environment of the unit and no more."""
    unit = app.ok("install-service", "--user", "--print").out
    lines = [line.partition("=")[::2] for line in unit.splitlines()]
    env = dict(w.split("=", 1) for name, text in lines if name == "Environment" for w in words(text))
    (command,) = (words(text) for name, text in lines if name == key)
    return subprocess.run(
        [word.replace("$$", "$") for word in command],
        env=env,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lose_power(app: App) -> None:
    """Everything ends at once, and what was written down is of another boot."""
    while found := app.processes():
        processes.kill(*found)
    for file in app.state().glob("instances/*/identity.json"):
        identity = json.loads(file.read_text())
        assert identity["boot"]
        file.write_text(json.dumps(identity | {"boot": "0f0f0f0f-0000-4000-8000-000000000000", "pid": 1}))


def test_after_a_power_cut_the_unit_brings_everything_up(app: Make) -> None:
    pair = app(PAIR, WEB_FILES, name="my 100% $HOME")
    pair.up()
    url, key = pair.url, get(f"{pair.url}/env/KEY")
    before = pair.pids()
    lose_power(pair)
    started = run(pair, "ExecStart")
    assert started.returncode == 0, started.stderr
    pair.wait_until(lambda: pair.ready("web", 2) and pair.ready("ticker"))
    assert pair.url == url
    assert get(f"{url}/env/KEY") == key
    assert not set(before) & set(pair.pids())


def test_the_unit_takes_it_down_and_up_again(app: Make) -> None:
    pair = app(PAIR, WEB_FILES)
    assert run(pair, "ExecStart").returncode == 0
    pair.wait_until(lambda: pair.ready("web", 2))
    key = get(f"{pair.url}/env/KEY")
    assert run(pair, "ExecStop").returncode == 0
    pair.wait_until(lambda: not pair.processes())
    assert run(pair, "ExecStart").returncode == 0
    pair.wait_until(lambda: pair.ready("web", 2))
    assert get(f"{pair.url}/env/KEY") == key, "what it keeps is kept"


def test_a_daemon_that_dies_ends_nothing_and_a_service_that_fails_is_no_failure_of_the_unit(app: Make) -> None:
    broken = app(PAIR.replace("echo ticks; exec sleep 1000", "exit 3"), WEB_FILES)
    started = run(broken, "ExecStart")
    unit = broken.ok("install-service", "--user", "--print").out
    healed = re.search("SuccessExitStatus=(.*)", unit)
    assert healed
    assert str(started.returncode) in ["0", *healed[1].split()], started.stderr
    broken.wait_until(lambda: broken.ready("web", 2))
    before = {i["id"]: i["pid"] for i in broken.of("web")}
    processes.kill(broken.keeper_and_daemon()[1])
    broken.wait_until(lambda: broken.keeper_and_daemon()[1] and broken.ready("web", 2))
    assert {i["id"]: i["pid"] for i in broken.of("web")} == before

"""Programs that misbehave must harm nobody else, and leave nothing behind."""

from __future__ import annotations

import itertools
import os
import shlex
import signal
from pathlib import Path

from shoal.drivers.process.logs import quota
from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import STUBBORN, WORKER, shell, worker


def alone(app: Make, script: str, more: str = "") -> App:
    made = app(worker("odd", script, more))
    made.up()
    return made


def python(program: str) -> str:
    """A line of shell that becomes a Python program, which stays when it has done its work."""
    return f"exec python3 -S -c {shlex.quote(program.strip() + chr(10) + 'time.sleep(1000)')}"


def texts(app: App, service: str = "odd") -> list[str]:
    return [line.partition("| ")[2] for line in app.ok("logs", service).out.splitlines()]


def test_one_that_closes_its_output_goes_on(app: Make) -> None:
    made = alone(app, "echo before; exec >&- 2>&-; exec sleep 1000")
    pid = made.pid("odd")
    assert texts(made) == ["before"]
    made.ok("restart", "odd")
    made.wait_until(lambda: made.ready("odd", but=[pid]))
    assert not processes.runs(pid)


def test_one_that_ignores_sigterm_is_killed_after_its_grace(app: Make) -> None:
    made = alone(app, STUBBORN, "stop: {grace: 500ms}")
    pid = made.pid("odd")
    made.ok("stop", "odd")
    made.wait_until(lambda: not processes.runs(pid))
    made.wait_until(lambda: made.events("stopped"))
    assert "didn't end when asked" in made.events("stopped")[-1]["text"]


# Children that left the session, lost their parents, or both.
SCATTERING = """
setsid sleep 1000 &
(setsid sh -c 'sleep 1001 & exec sleep 1002' &)
(sleep 1003 &)
exec sleep 1004
"""
# One that dropped its environment too, by which it would be known: while the leader lives it is found by descent.
UNMARKED = "env -i setsid sleep 1005 &\n" + SCATTERING.lstrip()


def sleeps(app: App) -> set[str]:
    """Those that run below this app's keeper."""
    commands = [_command(pid) for pid in _below(app.keeper_and_daemon()[0])]
    return {command.split()[1] for command in commands if command.startswith("sleep 100")}


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _below(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] != b"Z":
            parents[int(entry.parent.name)] = int(fields[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def test_children_that_were_left_behind_are_stopped_with_it(app: Make) -> None:
    made = alone(app, UNMARKED, "stop: {grace: 2s}")
    made.wait_until(lambda: sleeps(made) == {"1000", "1001", "1002", "1003", "1004", "1005"})
    made.ok("stop", "odd")
    made.wait_until(lambda: not sleeps(made))


def test_children_that_outlive_it_end_before_it_is_started_again(app: Make) -> None:
    made = alone(app, SCATTERING, "restart: no\nstop: {grace: 2s}")
    made.wait_until(lambda: sleeps(made) == {"1000", "1001", "1002", "1003", "1004"})
    os.kill(made.pid("odd"), signal.SIGKILL)
    made.wait_until(lambda: not sleeps(made))


def test_one_that_changes_its_title_is_still_known(app: Make) -> None:
    made = alone(app, python('import ctypes, time; ctypes.CDLL(None).prctl(15, b") R 1 1"); print(1, flush=True)'))
    pid = made.pid("odd")
    made.wait_until(lambda: texts(made) == ["1"])
    os.kill(made.keeper_and_daemon()[1], signal.SIGKILL)
    made.wait_until(lambda: made.ready("odd"))  # as only another daemon can say
    assert made.pid("odd") == pid
    made.ok("stop", "odd")
    made.wait_until(lambda: not processes.runs(pid))


def test_zombies_that_it_makes_are_reaped_with_it(app: Make) -> None:
    made = alone(app, python("import os, time\nfor _ in range(50):\n  os.fork() or os._exit(0)\nprint(1, flush=True)"))
    made.wait_until(lambda: texts(made) == ["1"])
    pid = made.pid("odd")
    made.ok("stop", "odd")
    made.wait_until(lambda: not processes.runs(pid))
    keeper, _ = made.keeper_and_daemon()
    made.wait_until(lambda: not _zombies(keeper))


def _zombies(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] == b"Z" and int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def test_one_that_ends_at_once_is_started_again_less_and_less_often(app: Make) -> None:
    made = app(worker("odd", "echo gone", "restart: {backoff: 100ms, longest: 10s}"))
    result = made.shoal("up", "-d", "--wait")
    assert result.code == 6, str(result)
    made.wait_until(lambda: len(made.events("exited")) >= 5)
    times = [event["time"] for event in made.events("exited")]
    pauses = [b - a for a, b in itertools.pairwise(times)]
    # Each is the double of the one before; what the machine adds makes none shorter.
    assert all(pause >= 0.1 * 2**number * 0.99 for number, pause in enumerate(pauses)), pauses


# 40,000 lines of 100 bytes in four seconds; each thousandth has its number.
TALKER = """
import sys, time
begun, told = time.monotonic(), 0
while told < 40000:
    told += 1000
    sys.stdout.buffer.write((b"x" * 99 + b"\\n") * 999 + b"%099d\\n" % told)
    sys.stdout.buffer.flush()
    time.sleep(max(0, begun + told / 10000 - time.monotonic()))
print("all told", flush=True)
"""
ODD_OUTPUT = """
import sys, time
sys.stdout.buffer.write(bytes(range(256)) * 4 + b"\\n" + b"y" * 10_000_000 + b"\\n" + b"no end")
sys.stdout.flush()
"""
FLOOD = """
import sys, time
for _ in range(100):
    sys.stdout.buffer.write(b"z" * 999_999 + b"\\n")
    sys.stdout.flush()
    time.sleep(0.02)
print("all told", flush=True)
"""


def test_while_one_talks_the_others_are_asked(app: Make) -> None:
    """And what it prints is searched: its own probe waits for the last line."""
    waits = "health: {startup: {log: '^all told$', grace: 1m}}"
    asked = "health: {ready: {exec: [sh, -c, echo >> asked], every: 200ms}}"
    made = app(
        "name: talk\nservices:\n" + shell("talker", python(TALKER), waits) + shell("quiet", WORKER, asked),
        {"asked": ""},
    )
    made.ok("up", "-d")
    made.wait_until(lambda: made.ready("quiet"))
    pid, before = made.pid("quiet"), (made.folder / "asked").stat().st_size
    made.wait_until(lambda: made.ready("talker"), 50)
    assert (made.folder / "asked").stat().st_size >= before + 3
    assert made.pid("quiet") == pid
    assert [e for e in made.events("unready") if e["subject"] == "quiet"] == []


def test_ten_thousand_lines_a_second_are_followed_to_the_last(app: Make) -> None:
    made = app("name: talk\nservices:\n" + shell("talker", python(TALKER)) + shell("quiet", WORKER))
    made.up()
    quiet = made.pids()
    following = made.begin("logs", "-f", "talker")
    made.wait_until(lambda: "all told" in made.told(following), 40)
    told = made.told(following).splitlines()
    assert len(told) == 40001
    marks = [int(line.rpartition(" ")[2]) for line in told if line.rpartition(" ")[2].isdigit()]
    assert marks == list(range(1000, 40001, 1000))
    following.terminate()
    following.wait(10)
    assert made.pids() == quiet


def test_output_without_lines_or_letters_is_shown_all_the_same(app: Make) -> None:
    made = alone(app, python(ODD_OUTPUT))
    log = next(made.state().glob("logs/odd/*.log"))
    made.wait_until(lambda: log.stat().st_size > 10_000_000)
    shown = made.ok("logs", "odd").out
    assert shown.count("y") >= 10_000_000
    assert "no end" in shown
    assert made.ok("logs", "--tail", "1", "odd").out.rstrip().endswith("no end")


def test_a_log_keeps_within_its_size_while_it_is_written(app: Make) -> None:
    made = alone(app, python(FLOOD))
    log = next(made.state().glob("logs/odd/*.log"))
    made.wait_until(lambda: log.stat().st_size > 100_000_000, 40)
    made.wait_until(lambda: log.stat().st_blocks * 512 <= quota.LONGEST)
    assert made.ok("logs", "--tail", "1", "odd").out.rstrip().endswith("all told")
    assert made.ready("odd")

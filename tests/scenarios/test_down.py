"""`down` must stop everything in order, leave nothing behind, and keep data unless told otherwise."""

from __future__ import annotations

import time

from tests.scenarios import processes
from tests.scenarios.app import App, Result
from tests.scenarios.conftest import Make
from tests.scenarios.programs import STUBBORN, WEB, WEB_FILES, shell, worker

DATA = worker("one", "exec sleep 1000", "needs: [db]") + "backing: {db: postgres}\n"


def test_what_needs_goes_before_what_is_needed(app: Make) -> None:
    front = shell(
        "front", "trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done", "needs: [{web: {wait: ready}}]"
    )
    yaml = (
        WEB.replace("replicas: 2", "needs: [db]").replace("gateway:", front + "gateway:") + "backing: {db: postgres}\n"
    )
    some = app(yaml, WEB_FILES)
    some.up()
    told = some.ok("down").err
    ends = [line.split("-0-")[0] for line in told.splitlines() if "-0-" in line]
    assert ends.index("front") < ends.index("web") < ends.index("db"), told


def test_one_that_ignores_sigterm_is_killed_after_its_grace(app: Make) -> None:
    deaf = app(worker("deaf", STUBBORN, "stop: {grace: 1s}") + shell("fine", "exec sleep 1000"))
    deaf.up()
    deaf.wait_until(lambda: "stubborn" in deaf.ok("logs", "deaf").out)
    pid = deaf.pid("deaf")
    begun = time.monotonic()
    told = deaf.ok("down").err
    assert time.monotonic() - begun >= 1
    assert not processes.runs(pid)
    assert "killed" in told


def test_the_stop_signal_of_the_file_is_sent(app: Make) -> None:
    script = "trap 'echo quit > ended; exit 0' QUIT; trap '' TERM; echo up > up; while :; do sleep 0.05; done"
    some = app(worker("one", script, "stop: {signal: SIGQUIT}"))
    some.up()
    some.wait_until((some.folder / "up").exists)
    some.ok("down")
    assert (some.folder / "ended").read_text() == "quit\n"


def test_forked_children_are_gone_too(app: Make) -> None:
    script = "sleep 1001 & setsid sleep 1002 & (trap '' TERM; sleep 1003 & wait) & echo $! > up; wait"
    forks = app(worker("forks", script, "stop: {grace: 1s}"))
    forks.up()
    forks.wait_until(lambda: sum("sleep 100" in command for command in forks.processes().values()) >= 3)
    forks.ok("down")
    assert forks.processes() == {}


def test_children_of_one_that_was_killed_are_gone_before_the_next_begins(app: Make) -> None:
    forks = app(worker("forks", "setsid sleep 1001 & exec sleep 1002"))
    forks.up()
    forks.wait_until(lambda: any("sleep 1001" in command for command in forks.processes().values()))
    old = set(forks.processes()) - set(forks.keeper_and_daemon())
    processes.kill(forks.pid("forks"))
    forks.wait_until(lambda: forks.ready("forks", but=old))
    assert not any(processes.runs(pid) for pid in old)


def test_down_of_what_does_not_run_is_no_error(app: Make) -> None:
    one = app(worker("one"))
    assert one.ok("down").err == "nothing runs, and nothing is kept\n"
    one.up()
    one.ok("down")
    one.ok("down")
    assert one.processes() == {}


def test_two_downs_at_once_end_well(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    both = [web.begin("down"), web.begin("down")]
    for process in both:
        process.wait(30)
    assert {process.returncode for process in both} <= {0, 9}
    assert 0 in {process.returncode for process in both}
    assert web.processes() == {}


def test_down_keeps_data_and_minus_v_drops_it(app: Make) -> None:
    some = app(DATA, plain=True)
    some.up()
    mark = some.state() / "data/db.id"
    first = mark.read_text()
    some.ok("down")
    some.up()
    assert mark.read_text() == first
    some.ok("down", "-v", "--yes")
    assert not mark.exists()
    some.up()
    assert mark.read_text() != first


def test_dropping_data_is_refused_when_nobody_can_be_asked(app: Make) -> None:
    some = app(DATA)
    some.up()
    before = some.pids()
    _assert_refused(some.shoal("down", "-v"))
    assert some.pids() == before
    some.ok("down")
    _assert_refused(some.shoal("down", "-v"))
    assert (some.state() / "data/db/pg/PG_VERSION").exists()


def _assert_refused(result: Result) -> None:
    assert result.code == 13
    assert "--yes" in result.err
    assert "dev" in result.err


def test_other_verbs_do_not_start_a_daemon(app: Make) -> None:
    one = app(worker("one"))
    one.up()
    one.ok("down")
    for verb in (["ps"], ["logs"], ["events"], ["why", "one"], ["stop", "one"], ["exec", "one", "true"]):
        one.shoal(*verb)
    assert one.processes() == {}


def test_a_detached_app_outlives_its_terminal(app: Make) -> None:
    one = app(worker("one"))
    up = one.begin("up", "-d", "--wait")
    assert up.wait(20) == 0
    assert _leads_no_process(one, up.pid)
    assert one.ready("one")


def _leads_no_process(app: App, session: int) -> bool:
    """Whether none of the app's processes is in the session of the one who called `up`."""
    return all(processes.session(pid) != session for pid in app.processes())

"""Jobs must be done exactly once when all of shoal dies but they don't, and then as declared when they do."""

from __future__ import annotations

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell
from tests.scenarios.test_crashes import kill_daemon_and_keeper

# Says that it begins, goes on when it is let, and says that it ends.
GATED = "echo begins >> order; until test -e let; do sleep 0.05; done; echo ends >> order"
ASLEEP = "echo after >> order; exec sleep 1000"


def app_of(job: str, more: str = "") -> str:
    return "name: jobs\nservices:\n" + shell("after", ASLEEP, "needs: [job]") + "jobs:\n" + shell("job", job, more)


def order(app: App) -> list[str]:
    path = app.folder / "order"
    return path.read_text().split() if path.exists() else []


def begun(made: Make, text: str) -> App:
    """An app whose job is in the middle of its work."""
    some: App = made(text)
    some.begin("up", "-d")
    some.wait_until(lambda: order(some) == ["begins"])
    return some


def at_work(app: App) -> list[str]:
    """The jobs that the daemon, once it is there, knows to run."""
    return [s["workload"] for s in app.ok("ps", "--json").json["standings"] if s["state"] == "starting"]


def kill_daemon(app: App) -> None:
    daemon = app.keeper_and_daemon()[1]
    processes.kill(daemon)
    app.wait_until(lambda: app.keeper_and_daemon()[1] not in (0, daemon))


def kill_keeper(app: App) -> None:
    keeper = app.keeper_and_daemon()[0]
    processes.kill(keeper)
    app.wait_until(lambda: app.keeper_and_daemon()[0] not in (0, keeper))


def test_a_job_is_done_once_though_the_daemon_is_killed_in_the_middle(app: Make) -> None:
    some = begun(app, app_of(GATED))
    for _ in range(3):
        kill_daemon(some)
    some.write({"let": ""})
    some.wait_until(lambda: order(some) == ["begins", "ends", "after"])
    some.up()
    assert order(some) == ["begins", "ends", "after"]


def test_a_job_that_ends_while_the_daemon_is_dead_is_not_begun_again(app: Make) -> None:
    some = begun(app, app_of(GATED))
    keeper, daemon = some.keeper_and_daemon()
    processes.freeze(keeper)
    processes.kill(daemon)
    some.write({"let": ""})
    some.wait_until(lambda: order(some) == ["begins", "ends"])
    processes.thaw(keeper)
    some.wait_until(lambda: order(some) == ["begins", "ends", "after"])


def test_a_job_goes_on_without_daemon_and_keeper_and_up_adopts_it(app: Make) -> None:
    some = begun(app, app_of(GATED))
    kill_daemon_and_keeper(some)
    some.begin("up", "-d")
    some.wait_until(lambda: at_work(some) == ["job"])
    assert order(some) == ["begins"]


def test_a_job_that_runs_once_and_whose_end_nobody_saw_waits_to_be_asked_for(app: Make) -> None:
    some = begun(app, app_of(GATED))
    kill_keeper(some)
    some.write({"let": ""})
    some.wait_until(lambda: some.standing("job")["state"] == "failed")
    assert "nobody" in some.standing("job")["why"]
    kill_daemon(some)
    assert order(some) == ["begins", "ends"]
    some.up()
    assert order(some) == ["begins", "ends", "begins", "ends", "after"]


def test_a_job_that_runs_at_least_once_is_repeated_when_nobody_saw_its_end(app: Make) -> None:
    some = begun(app, app_of(GATED, "restart: on-failure"))
    kill_keeper(some)
    some.write({"let": ""})
    some.wait_until(lambda: order(some) == ["begins", "ends", "begins", "ends", "after"])


def test_a_job_that_runs_at_least_once_is_repeated_until_it_ends_well(app: Make) -> None:
    some: App = app(
        app_of("echo try >> order; test $(grep -c try order) -ge 3", "restart: {policy: on-failure, backoff: 100ms}")
    )
    some.up()
    assert order(some) == ["try", "try", "try", "after"]
    some.up()
    assert order(some) == ["try", "try", "try", "after"]


def test_a_job_that_is_killed_is_repeated_only_if_it_is_so_declared(app: Make) -> None:
    some = begun(app, app_of(GATED, "restart: on-failure"))
    processes.kill(some.pid("job"))
    some.wait_until(lambda: order(some) == ["begins", "begins"])
    some.edit("restart: on-failure", "restart: no")
    some.begin("up", "-d")
    some.wait_until(lambda: order(some) == ["begins"] * 3)
    processes.kill(some.pid("job"))
    some.wait_until(lambda: some.standing("job")["state"] == "failed")
    assert order(some) == ["begins"] * 3


SCHEDULED = "name: ticking\nservices:\n" + shell("idle", "exec sleep 1000") + "jobs:\n"
TICK = "date +%s%N >> ticks; sleep 0.3; date +%s%N >> ticks"


def times(app: App) -> list[float]:
    path = app.folder / "ticks"
    return [int(word) / 1e9 for word in path.read_text().split()] if path.exists() else []


def test_a_scheduled_job_has_one_run_per_due_time_though_daemon_and_keeper_are_killed(app: Make) -> None:
    some: App = app(SCHEDULED + shell("tick", TICK, "schedule: every 1s"))
    some.up()
    for kill in (kill_daemon, kill_keeper, kill_daemon):
        seen = len(times(some))
        some.wait_until(lambda: len(times(some)) > seen + 1)  # noqa: B023
        kill(some)
    some.wait_until(lambda: len(times(some)) > seen + 4)
    some.ok("stop", "tick")
    found = times(some)
    assert found == sorted(found), "two runs at once"
    begins = found[::2]
    assert len(begins) - 1 <= begins[-1] - begins[0] + 1.8, begins  # one of them may have begun late


def test_a_scheduled_job_is_repeated_before_it_is_due_again_if_it_is_so_declared(app: Make) -> None:
    failing = "echo try >> order; test $(grep -c try order) -ge 3"
    schedule = "schedule: every 3s\nrestart: {policy: on-failure, backoff: 100ms}"
    some: App = app(SCHEDULED + shell("tick", failing, schedule))
    some.up()
    some.wait_until(lambda: order(some) == ["try"] * 3)
    some.wait_until(lambda: some.events("done"))
    ends = [event["time"] for event in some.events() if event["kind"] in ("failed", "done")]
    assert len(ends) == 3 and ends[2] - ends[0] < 2.5


MIGRATED = (
    "name: migrated\nservices:\n"
    + shell("api", ASLEEP, f"needs: [db]\nmigrate: [/bin/sh, -c, '{GATED}']")
    + "backing: {db: postgres}\n"
)


def test_a_migration_goes_on_through_the_death_of_daemon_and_keeper(app: Make) -> None:
    some = begun(app, MIGRATED)
    kill_daemon(some)
    kill_daemon_and_keeper(some)
    some.begin("up", "-d")
    some.wait_until(lambda: at_work(some) == ["api.migrate"])
    assert order(some) == ["begins"]
    some.write({"let": ""})
    # Who began it is dead, so nobody saw how it ended: a migration bears to be run again.
    some.wait_until(lambda: order(some) == ["begins", "ends", "begins", "ends", "after"])

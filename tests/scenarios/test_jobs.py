"""Jobs and migrations must be done before what depends on them, once, and again when they failed."""

from __future__ import annotations

import pytest

from shoal.errors import RolledBack
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell

LOGS = "echo {} >> order; "


def app_of(job: str, *, when: str = "up") -> str:
    """A service that needs a job, both writing into `order`, and one that needs neither."""
    return (
        "name: jobs\nservices:\n"
        + shell("service", LOGS.format("service") + "exec sleep 1000", "needs: [job]" if when == "up" else "")
        + shell("free", "exec sleep 1000")
        + "jobs:\n"
        + shell("job", LOGS.format("job") + job, f"when: {when}")
    )


def order(app: App) -> list[str]:
    path = app.folder / "order"
    return path.read_text().split() if path.exists() else []


def test_a_job_runs_before_what_needs_it_and_only_once(app: Make) -> None:
    some = app(app_of("sleep 0.3; echo done >> order"))
    some.up()
    some.wait_until(lambda: order(some) == ["job", "done", "service"])
    some.up()
    some.ok("down")
    some.up()
    some.wait_until(lambda: order(some) == ["job", "done", "service", "service"])


def test_a_changed_job_runs_again(app: Make) -> None:
    some = app(app_of("true"))
    some.up()
    some.edit("; true", "; echo changed >> order")
    some.up()
    some.wait_until(lambda: order(some)[-2:] == ["job", "changed"] or "changed" in order(some))
    assert order(some).count("job") == 2


def test_a_failed_job_stops_what_needs_it_with_its_last_lines(app: Make) -> None:
    some = app(app_of("echo went wrong >&2; exit 9"))
    result = some.shoal("up", "-d", "--wait")
    assert result.code == 7
    assert "job" in result.err
    assert "| went wrong" in result.err
    assert "exited with code 9" in result.err
    assert "shoal logs job" in result.err
    assert order(some) == ["job"]
    assert some.ready("free")
    assert some.standing("service")["state"] == "waiting"
    assert "because job is failed" in some.ok("why", "service").out


def test_a_failed_job_runs_again_at_the_next_up(app: Make) -> None:
    some = app(app_of("test -e fixed"))
    assert some.shoal("up", "-d", "--wait").code == 7
    free = some.pid("free")
    some.write({"fixed": ""})
    some.up()
    some.wait_until(lambda: order(some) == ["job", "job", "service"])
    assert some.pid("free") == free


def test_a_failed_job_is_not_tried_again_by_itself(app: Make) -> None:
    some = app(app_of("exit 1"))
    assert some.shoal("up", "-d", "--wait").code == 7
    some.ok("restart", "free")
    assert order(some) == ["job"]


def test_a_job_on_request_runs_when_asked_with_its_environment(app: Make) -> None:
    some = app(
        app_of('echo "$$WORD"; exit 4', when="request").replace(
            "    when:", "    environment: {WORD: yes-it-runs}\n    when:"
        )
    )
    some.up()
    some.wait_until(lambda: order(some) == ["service"])
    assert some.shoal("run", "job") == (4, "yes-it-runs\n", "")
    assert some.shoal("run", "job").code == 4
    assert order(some) == ["service", "job", "job"]


MIGRATED = (
    "name: migrated\nservices:\n"
    + shell(
        "writer",
        "echo writer >> order; exec sleep 1000",
        "needs: [db]\nmigrate: [/bin/sh, -c, 'test -n \"$$DATABASE_URL\" && echo migrate >> order']",
    )
    + shell("reader", "echo reader >> order; exec sleep 1000", "needs: [db]")
    + "backing: {db: postgres}\n"
)


@pytest.fixture
def migrated(app: Make) -> App:
    made = app(MIGRATED)
    made.up()
    return made


def test_a_migration_is_done_before_all_that_use_the_database_once_per_data(migrated: App) -> None:
    assert order(migrated)[0] == "migrate"
    assert sorted(order(migrated)[1:]) == ["reader", "writer"]
    migrated.ok("down")
    migrated.up()
    assert order(migrated).count("migrate") == 1
    migrated.ok("down", "-v", "--yes")
    migrated.up()
    assert order(migrated).count("migrate") == 2


def test_a_failed_migration_leaves_the_old_instances_running(migrated: App) -> None:
    before = migrated.pids()
    migrated.edit("echo migrate >> order", "echo broken; exit 3")
    result = migrated.shoal("up", "-d", "--wait")
    assert result.code == RolledBack.exit_code
    assert "writer.migrate" in result.err
    assert "| broken" in result.err
    assert migrated.pids() == before

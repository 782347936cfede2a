"""A migration that says what it is made of must run again when that is edited, and not for any other edit."""

from __future__ import annotations

from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import SERVER

YAML = """\
name: migrating
services:
  py:
    path: py
    command: [python, -S, server.py]
    migrate: { command: [sh, -c, "cat migrations/*.sql"], inputs: [migrations/**] }
gateway: { routes: [{ paths: [/], to: py }] }
"""
FILES = {
    "py/requirements.txt": "",
    "py/server.py": SERVER.replace('+ f" {os', '+ f" one {os'),
    "py/migrations/1.sql": "create table first\n",
}


def migrated(app: App) -> int:
    return len([e for e in app.events("done") if e["subject"] == "py.migrate"])


def says(app: App, word: str) -> None:
    url = app.url
    app.wait_until(lambda: word in get(url)[1])


def test_only_an_edit_of_a_migration_runs_it_again(app: Make) -> None:
    made = app(YAML, FILES)
    made.up("--watch")
    made.edit(" one ", " two ", "py/server.py")
    says(made, " two ")
    assert migrated(made) == 1
    made.wait_until(lambda: made.ready("py"))
    before = made.pid("py")
    made.write({"py/migrations/2.sql": "create table second\n"})
    made.wait_until(lambda: migrated(made) == 2)
    assert "create table second" in made.ok("logs", "py").out
    made.wait_until(lambda: made.ready("py") and before not in made.pids().values())


def test_another_up_does_not_but_another_list_of_packages_does(app: Make) -> None:
    made = app(YAML, FILES)
    made.up()
    made.edit(" one ", " two ", "py/server.py")
    made.ok("down")
    made.up()
    says(made, " two ")
    assert migrated(made) == 1
    made.write({"py/requirements.txt": "# another list of packages\n"})
    made.up()
    assert migrated(made) == 2

"""Postgres and NATS must be what the file says, give each consumer its own way in, and keep what they are given."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shoal.build.engines import program
from shoal.errors import RolledBack
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell, worker
from tests.scenarios.test_crashes import messages, publish, sql

ASLEEP = "exec sleep 1000"
TWO = (
    worker("web", ASLEEP, "needs: [main-db]")
    + shell("audit", ASLEEP, "needs: [main-db, {books: {database: ledger}}]")
    + "backing: {main-db: {postgres: {init: [init.sql]}}, books: postgres}\n"
)
INIT = "create table once (at timestamptz default now()); insert into once default values;\n"


@pytest.fixture
def two(app: Make) -> App:
    made = app(TWO, {"init.sql": INIT})
    made.up()
    return made


def test_each_consumer_has_a_role_and_a_way_in_of_its_own(two: App) -> None:
    assert sql(two, "select current_database(), session_user") == "main_db|web"
    audit = {line.partition("=")[0]: line.partition("=")[2] for line in two.ok("exec", "audit", "env").out.splitlines()}
    main, books = urlsplit(audit["MAIN_DB_URL"]), urlsplit(audit["BOOKS_URL"])
    assert (main.username, main.path) == ("audit", "/main_db")
    assert (books.username, books.path) == ("audit", "/ledger")
    assert main.port != books.port
    assert "DATABASE_URL" not in audit  # which of the two would it be?
    assert main.password != urlsplit(two.ok("exec", "web", "printenv", "DATABASE_URL").out).password


def test_what_one_consumer_makes_the_other_can_use(two: App) -> None:
    sql(two, "create table shared (n int); insert into shared values (1)")
    url = two.ok("exec", "audit", "printenv", "MAIN_DB_URL").out.strip()
    assert ask(url, "update shared set n = n + 1 returning n").stdout.strip() == "2"


def test_init_sql_runs_once_per_data(two: App) -> None:
    assert sql(two, "select count(*) from once") == "1"
    two.ok("restart", "web")
    two.ok("down")
    two.up()
    assert sql(two, "select count(*) from once") == "1"
    two.ok("down", "-v", "--yes")
    two.up()
    assert sql(two, "select count(*) from once") == "1"


def test_a_wrong_password_is_refused_and_no_secret_is_shown(two: App) -> None:
    url = two.ok("exec", "web", "printenv", "DATABASE_URL").out.strip()
    password = urlsplit(url).password or ""
    assert len(password) >= 20
    wrong = ask(url.replace(password, "wrong"), "select 1")
    assert wrong.returncode != 0
    for verb in (["ps", "--json"], ["events"], ["logs"], ["config"], ["plan"], ["why", "main-db"], ["ps", "-a"]):
        assert password not in two.shoal(*verb).out
    assert password not in "".join(two.processes().values())


def ask(url: str, text: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [program("psql@16"), "-X", "-A", "-t", "-q", url, "-c", text]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)


def test_a_new_consumer_gets_its_role_without_a_restart_of_the_server(two: App) -> None:
    server = two.pid("main-db")
    two.write({"shoal.yaml": TWO.replace("backing:", shell("third", ASLEEP, "needs: [main-db]") + "backing:")})
    two.up()
    assert two.pid("main-db") == server
    url = two.ok("exec", "third", "printenv", "DATABASE_URL").out.strip()
    assert ask(url, "select session_user").stdout.strip() == "third"


def test_the_address_and_the_password_stay_over_down_and_up(two: App) -> None:
    first = two.ok("exec", "web", "printenv", "DATABASE_URL").out
    two.ok("down")
    two.up()
    assert two.ok("exec", "web", "printenv", "DATABASE_URL").out == first


def test_another_version_on_old_data_is_an_error_and_loses_nothing(app: Make) -> None:
    some = app(worker("web", ASLEEP, "needs: [db]") + "backing: {db: {postgres: {version: 16}}}\n")
    some.up()
    sql(some, "create table kept (n int)")
    some.edit("version: 16", "version: 18")
    result = some.shoal("up", "-d", "--wait")
    assert result.code == RolledBack.exit_code
    assert "holds data of PostgreSQL 16, but the file says version: 18" in result.err
    assert "shoal down -v" in result.err
    some.edit("version: 18", "version: 16")
    some.up()
    assert sql(some, "select count(*) from kept") == "0"


NEWS = (
    worker("web", ASLEEP, "needs: [events]")
    + "backing: {events: {nats: {streams: [{name: NEWS, subjects: [news.>]}]}}}\n"
)


def test_streams_are_there_and_keep_messages_over_down_and_up(app: Make) -> None:
    some = app(NEWS)
    some.up()
    assert messages(some) == 0
    publish(some, "one")
    publish(some, "two")
    some.ok("down")
    some.up()
    assert messages(some) == 2
    some.ok("down", "-v", "--yes")
    some.up()
    assert messages(some) == 0


def test_a_changed_stream_keeps_its_messages_and_its_server(app: Make) -> None:
    some = app(NEWS)
    some.up()
    publish(some, "one")
    server = some.pid("events")
    some.edit("[news.>]", "[news.>, views.>]")
    some.up()
    assert some.pid("events") == server
    assert messages(some) == 1

"""Data of an older PostgreSQL must come along to the version that the file asks for, or stay as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell, worker
from tests.scenarios.test_backing import ask
from tests.scenarios.test_crashes import sql

ASLEEP = "exec sleep 1000"
SHOP = (
    worker("web", ASLEEP, "needs: [db]")
    + shell("reports", ASLEEP, "needs: [{db: {database: reports}}, cache]")
    + "backing: {db: {postgres: {version: 16, init: [init.sql]}}, cache: redis}\n"
)
INIT = "create table item (name text);\ninsert into item values ('one'), ('it''s two');\n"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def shop(app: Make) -> App:
    made: App = app(SHOP, {"init.sql": INIT})
    made.up()
    return made


def items(shop: App) -> str:
    return sql(shop, "select string_agg(name, ',' order by name) from item")


def data(shop: App) -> Path:
    return shop.state() / "data/db"


def refused(shop: App) -> str:
    """What `up` says to data of another version."""
    result = shop.shoal("up", "-d", "--wait")
    assert result.code == 15, str(result)
    return result.err


def test_an_upgrade_brings_all_databases_roles_and_passwords_along(shop: App) -> None:
    other = shop.ok("exec", "reports", "printenv", "DB_URL").out.strip()
    ask(other, "create table seen (n int); insert into seen values (7)")
    shop.edit("version: 16", "version: 18")
    assert "shoal backing upgrade db" in refused(shop)
    result = shop.ok("backing", "upgrade", "db", timeout=120)
    assert "db: the data of PostgreSQL 16 is now of 18; the old is kept in" in result.err
    shop.up()
    assert items(shop) == "it's two,one"
    assert sql(shop, "show server_version").startswith("18")
    assert sql(shop, "show data_checksums") == "on"
    assert ask(other, "select n from seen").stdout.strip() == "7"
    # What was true of rights before is true now.
    sql(shop, "alter table item add column n int")
    assert ask(other.replace("/reports", "/db"), "select 1").returncode != 0
    assert (data(shop) / "pg-16/PG_VERSION").read_text() == "16\n"
    assert not (data(shop) / "new").exists()
    assert shop.shoal("backing", "upgrade", "--drop-old", "db").code == 13
    shop.ok("backing", "upgrade", "--drop-old", "--yes", "db")
    assert not (data(shop) / "pg-16").exists()
    assert items(shop) == "it's two,one"


def test_an_app_that_is_down_can_be_upgraded_and_stays_down(shop: App) -> None:
    shop.ok("down")
    shop.edit("version: 16", "version: 18")
    shop.ok("backing", "upgrade", "db", timeout=120)
    assert shop.processes() == {}
    shop.up()
    assert items(shop) == "it's two,one"
    assert "holds data of PostgreSQL 18 already" in shop.ok("backing", "upgrade", "db", timeout=120).err
    shop.up()
    assert items(shop) == "it's two,one"


def test_data_of_a_killed_server_comes_along(shop: App) -> None:
    pid = shop.pid("db")
    lock = (data(shop) / "pg/postmaster.pid").read_text()
    shop.ok("down")
    (data(shop) / "pg/postmaster.pid").write_text(lock.replace(str(pid), "1"))
    shop.edit("version: 16", "version: 18")
    shop.ok("backing", "upgrade", "db", timeout=120)
    shop.up()
    assert items(shop) == "it's two,one"


def test_an_upgrade_that_fails_leaves_the_old_data_as_it_was(shop: App) -> None:
    # What the new version has no library for.
    sql(shop, "create table kept (n int)")
    (data(shop) / "pg-16").mkdir()
    shop.edit("version: 16", "version: 18")
    refused(shop)
    result = shop.shoal("backing", "upgrade", "db", timeout=120)
    assert result.code == 7
    assert "db: upgrade failed; nothing was changed" in result.err
    assert "shoal backing upgrade --drop-old db" in result.err
    shop.edit("version: 18", "version: 16")
    shop.up()
    assert items(shop) == "it's two,one"


def test_a_server_that_ran_before_an_upgrade_failed_runs_again(shop: App) -> None:
    (data(shop) / "pg-16").mkdir()
    shop.edit("version: 16", "version: 18")
    assert shop.shoal("backing", "upgrade", "db", timeout=120).code == 7
    assert items(shop) == "it's two,one"


def test_nothing_goes_back_to_an_older_version(app: Make) -> None:
    some = app(worker("web", ASLEEP, "needs: [db]") + "backing: {db: {postgres: {version: 18}}}\n")
    some.up()
    sql(some, "create table kept (n int)")
    some.edit("version: 18", "version: 16")
    assert "shoal backing upgrade" not in refused(some)
    result = some.shoal("backing", "upgrade", "db", timeout=120)
    assert result.code == 7
    assert "none is ever brought to an older version" in result.err
    some.edit("version: 16", "version: 18")
    some.up()
    assert sql(some, "select count(*) from kept") == "0"


def test_what_needs_no_upgrade_says_so(shop: App) -> None:
    result = shop.shoal("backing", "upgrade", "cache")
    assert (result.code, result.out) == (2, "")
    assert "cache: Redis has no upgrade: a newer server reads what an older one" in result.err
    result = shop.shoal("backing", "upgrade", "db", "x")
    assert result.code == 2
    assert "upgrade takes no copy" in result.err

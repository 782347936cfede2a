"""A copy of what a database holds must bring it back, and a restore that fails must leave all as it was."""

from __future__ import annotations

import stat
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
    + shell("reports", ASLEEP, "needs: [{db: {database: reports}}, events]")
    + "backing: {db: {postgres: {version: 16, init: [init.sql]}}, events: nats}\n"
)
INIT = "create table item (name text);\ninsert into item values ('one'), ('it''s two');\n"


@pytest.fixture
def shop(app: Make) -> App:
    made: App = app(SHOP, {"init.sql": INIT})
    made.up()
    return made


def items(shop: App) -> str:
    return sql(shop, "select string_agg(name, ',' order by name) from item")


def test_a_copy_brings_back_all_databases_with_their_owners(shop: App, tmp_path: Path) -> None:
    other = shop.ok("exec", "reports", "printenv", "DB_URL").out.strip()
    ask(other, "create table seen (n int); insert into seen values (7)")
    copy = tmp_path / "db.dump"
    shop.ok("backing", "dump", "db", str(copy))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    sql(shop, "delete from item; create table later (n int)")
    ask(other, "drop table seen")
    shop.ok("backing", "restore", "--yes", "db", str(copy))
    assert items(shop) == "it's two,one"
    assert ask(other, "select n from seen").stdout.strip() == "7"
    assert "later" in ask(shop.ok("exec", "web", "printenv", "DB_URL").out.strip(), "select * from later").stderr
    # Rights and settings are those that consumers had: each may change what another made, and none comes elsewhere.
    sql(shop, "alter table item add column n int; drop table item")
    assert sql(shop, "select current_user") == "db.owner"
    assert ask(other.replace("/reports", "/db"), "select 1").returncode != 0


def test_a_copy_goes_to_another_version(shop: App, tmp_path: Path) -> None:
    copy = tmp_path / "db.dump"
    shop.ok("backing", "dump", "db", str(copy))
    shop.ok("down", "-v", "--yes")
    shop.edit("version: 16", "version: 18")
    shop.up()
    sql(shop, "delete from item")
    shop.ok("backing", "restore", "--yes", "db", str(copy))
    assert items(shop) == "it's two,one"
    assert sql(shop, "show server_version").startswith("18")
    shop.ok("down")
    shop.up()
    assert items(shop) == "it's two,one"


@pytest.mark.parametrize("wrong", ["", "half", "not a copy at all"])
def test_a_restore_that_fails_changes_nothing(shop: App, tmp_path: Path, wrong: str) -> None:
    copy = tmp_path / "db.dump"
    shop.ok("backing", "dump", "db", str(copy))
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2] if wrong == "half" else wrong.encode())
    result = shop.shoal("backing", "restore", "--yes", "db", str(copy))
    assert result.code == 7
    assert "db: restore failed; nothing was changed" in result.err
    assert items(shop) == "it's two,one"


def test_nothing_is_replaced_unasked(shop: App, tmp_path: Path) -> None:
    result = shop.shoal("backing", "restore", "db", "db.dump")
    assert result.code == 13
    assert "restore replaces all that db holds" in result.err
    assert items(shop) == "it's two,one"


def test_what_has_no_copies_says_so(shop: App) -> None:
    result = shop.shoal("backing", "dump", "events", "x")
    assert result.code == 2
    assert "events: there is no dump for Nats" in result.err
    result = shop.shoal("backing", "dump", "bd", "x")
    assert result.code == 2
    assert "db" in result.err

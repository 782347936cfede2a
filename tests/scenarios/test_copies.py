"""A copy of what a database holds must bring it back, and a restore that fails must leave all as it was."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.app import SHOAL, App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell, worker
from tests.scenarios.test_backing import ask
from tests.scenarios.test_crashes import messages, publish, sql

ASLEEP = "exec sleep 1000"
SHOP = (
    worker("web", ASLEEP, "needs: [db, events]")
    + shell("reports", ASLEEP, "needs: [{db: {database: reports}}]")
    + "backing:\n"
    + "  db: {postgres: {version: 16, init: [init.sql]}}\n"
    + "  events: {nats: {streams: [{name: NEWS, subjects: [news.>]}]}}\n"
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


def test_a_server_that_rests_for_its_copy_serves_again(shop: App, tmp_path: Path) -> None:
    copy = tmp_path / "events.copy"
    publish(shop, "one")
    server = shop.pid("events")
    shop.ok("backing", "dump", "events", str(copy))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert shop.pid("events") != server
    publish(shop, "two")
    assert messages(shop) == 2
    shop.ok("backing", "restore", "--yes", "events", str(copy))
    assert messages(shop) == 1
    publish(shop, "three")
    assert messages(shop) == 2
    assert list(tmp_path.glob(".*")) == []


def test_a_restore_of_a_server_at_rest_that_fails_changes_nothing(shop: App, tmp_path: Path) -> None:
    publish(shop, "one")
    (tmp_path / "wrong").write_bytes(b"not a copy at all")
    result = shop.shoal("backing", "restore", "--yes", "events", str(tmp_path / "wrong"))
    assert result.code == 7
    assert "events: restore failed; nothing was changed" in result.err
    assert "this is no copy made by shoal" in result.err
    assert messages(shop) == 1


def test_a_copy_comes_through_a_pipe(shop: App, tmp_path: Path) -> None:
    publish(shop, "one")
    for name in ("db", "events"):
        words = f"'{SHOAL}' backing dump {name} | cat > {tmp_path}/{name}"
        subprocess.run(words, shell=True, cwd=shop.folder, env=shop.env, check=True, timeout=60)
        words = f"cat {tmp_path}/{name} | '{SHOAL}' backing restore --yes {name}"
        subprocess.run(words, shell=True, cwd=shop.folder, env=shop.env, check=True, timeout=60)
    assert (items(shop), messages(shop)) == ("it's two,one", 1)


def test_what_is_not_there_has_no_copies(shop: App) -> None:
    result = shop.shoal("backing", "dump", "bd", "x")
    assert result.code == 2
    assert "db" in result.err
    result = shop.shoal("backing", "restore", "--yes", "db", "no-such-file")
    assert "no-such-file" in result.err
    result = shop.shoal("backing", "dump", "--drop-old", "db", "x")
    assert (result.code, "--drop-old belongs to upgrade" in result.err) == (2, True)

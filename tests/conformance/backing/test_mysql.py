"""What MySQL's engine, MariaDB, must do besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.backing import Consumer
from shoal.model.app import Backing, Mysql
from tests.conformance.backing.clients import Refused, mysql
from tests.conformance.backing.conftest import needs
from tests.conformance.backing.stand import Stand

ANN, BEN = Consumer("ann"), Consumer("ben", "reports")
DB = Backing("shop-db", Mysql("mariadb"))
SEED = "CREATE TABLE item (name text);\nINSERT INTO item VALUES ('it''s \"one\"'), ('${self:port}'), ('dé');\n"


@pytest.fixture(autouse=True)
def _programs() -> None:
    needs("mariadbd", "mariadb")


def with_init(*files: str) -> Backing:
    return Backing("shop-db", Mysql("mariadb", init=files))


async def test_an_upgrade_mends_the_tables_of_the_server_itself(stand: Stand, tmp_path: Path) -> None:
    await stand.up(DB, ANN)
    ran = await stand.errand(DB, "upgrade", tmp_path / "said")
    assert ran.code == 0, ran.said
    assert (tmp_path / "said").read_text().strip()


async def test_a_consumer_sees_its_own_database_alone_and_is_no_administrator(stand: Stand) -> None:
    await stand.up(DB, ANN, BEN)
    ann, ben = stand.properties(DB, ANN), stand.properties(DB, BEN)
    assert (ann["database"], ben["database"]) == ("shop_db", "reports")
    await mysql(ben, "CREATE TABLE item (name text)")
    assert await mysql(ann, "SHOW DATABASES LIKE 'reports'") == ""
    for sql in (
        "SELECT * FROM reports.item",
        "CREATE USER x",
        "SELECT * FROM mysql.global_priv",
        "SET GLOBAL port = 1",
    ):
        with pytest.raises(Refused, match=r"denied|read only"):
            await mysql(ann, sql)


async def test_the_name_of_a_database_is_no_pattern(stand: Stand) -> None:
    await stand.up(DB, ANN, Consumer("ben", "shopxdb"))
    with pytest.raises(Refused, match="denied"):
        await mysql(stand.properties(DB, ANN) | {"database": "shopxdb"}, "SELECT 1")


async def test_init_sql_is_run_once_and_arrives_as_it_was_written(stand: Stand) -> None:
    await stand.up(with_init("seed.sql"), ANN, contents={"seed.sql": SEED})
    await stand.run_again("shop-db.provision")
    names = await mysql(stand.properties(DB, ANN), "SELECT name FROM item")
    assert names == 'it\'s "one"\n${self:port}\ndé'


async def test_broken_init_sql_fails_with_its_line(stand: Stand) -> None:
    stand.want(with_init("seed.sql"), ANN, contents={"seed.sql": SEED + "INSERT INTO itme VALUES (1);"})
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("shop-db.provision", "JobFailed")
    assert "at line 3" in stand.printed()
    assert "itme' doesn't exist" in stand.printed()


async def test_durable_on_this_machine_only_and_nobody_without_a_name(stand: Stand) -> None:
    await stand.up(DB, ANN)
    ann = stand.properties(DB, ANN)
    assert await mysql(ann, "SELECT @@bind_address, @@innodb_flush_log_at_trx_commit") == "127.0.0.1\t1"
    with pytest.raises(Refused, match="denied"):
        await mysql(ann | {"username": "", "password": ""}, "SELECT 1")
    with pytest.raises(Refused, match="denied"):
        await mysql(ann | {"username": "root", "password": ""}, "SELECT 1")


async def test_data_of_another_version_is_a_clear_error(stand: Stand) -> None:
    (stand.driver.state.data_folder("shop-db") / "made-with").write_text("MariaDB 99.1\n")
    stand.want(DB, ANN)
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("shop-db.prepare", "JobFailed")
    assert "shop-db holds data of MariaDB 99.1, but the server here is MariaDB 1" in stand.printed()


async def test_a_half_made_data_folder_is_never_taken_for_a_whole_one(stand: Stand) -> None:
    half = stand.driver.state.data_folder("shop-db") / "new" / "mysql"
    half.mkdir(parents=True)
    await stand.up(DB, ANN)
    assert await mysql(stand.properties(DB, ANN), "SELECT 1") == "1"
    assert not half.exists()

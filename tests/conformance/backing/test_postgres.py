"""What PostgreSQL must do besides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shoal.backing import Consumer
from shoal.backing.postgres_sql import MARK
from shoal.build.engines import program
from shoal.model.app import Backing, Postgres
from tests.conformance.backing.clients import Refused, psql
from tests.conformance.backing.stand import Stand

ANN, BEN = Consumer("ann"), Consumer("ben")
DB = Backing("shop-db", Postgres())
SEED = """\
-- What an app brings: it's run once.
CREATE TABLE item (name text);
INSERT INTO item VALUES ('it''s "one"'), (E'two\\nlines'), ('${self:port}');
"""


def with_init(*files: str) -> Backing:
    return Backing("shop-db", Postgres(init=files))


async def count(stand: Stand, consumer: Consumer = ANN) -> int:
    return int(await psql(stand.properties(DB, consumer)["uri"], "SELECT count(*) FROM item"))


async def test_init_sql_is_run_once_even_if_its_job_runs_again(stand: Stand) -> None:
    await stand.up(with_init("seed.sql"), ANN, contents={"seed.sql": SEED})
    assert await count(stand) == 3
    await stand.run_again("shop-db.provision")
    assert await count(stand) == 3
    await stand.up(with_init("seed.sql"), ANN, BEN, contents={"seed.sql": SEED + "DELETE FROM item;"})
    assert await count(stand, BEN) == 3


async def test_init_sql_arrives_as_it_was_written(stand: Stand) -> None:
    await stand.up(with_init("seed.sql"), ANN, contents={"seed.sql": SEED})
    names = await psql(stand.properties(DB, ANN)["uri"], "SELECT name FROM item")
    assert names == 'it\'s "one"\ntwo\nlines\n${self:port}'


async def test_init_sql_is_run_in_the_order_of_the_file(stand: Stand) -> None:
    contents = {"b.sql": "CREATE TABLE item (name text);", "a.sql": "INSERT INTO item VALUES ('x');"}
    await stand.up(with_init("b.sql", "a.sql"), ANN, contents=contents)
    assert await count(stand) == 1


async def test_what_init_sql_made_belongs_to_all_consumers(stand: Stand) -> None:
    await stand.up(with_init("seed.sql"), ANN, BEN, contents={"seed.sql": SEED})
    for consumer in (ANN, BEN):
        await psql(stand.properties(DB, consumer)["uri"], f"ALTER TABLE item ADD COLUMN {consumer.name} text")


async def test_broken_init_sql_fails_with_its_line_and_leaves_nothing_half_done(stand: Stand) -> None:
    stand.want(with_init("seed.sql"), ANN, contents={"seed.sql": SEED + "\nINSERT INTO itme VALUES (1);"})
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("shop-db.provision", "JobFailed")
    assert re.search(r'init-0\.sql:5: ERROR:  relation "itme" does not exist', stand.printed())
    await stand.up(with_init("seed.sql"), ANN, contents={"seed.sql": SEED})
    assert await count(stand) == 3


async def test_consumers_of_one_database_can_use_what_another_made(stand: Stand) -> None:
    await stand.up(DB, ANN, BEN)
    ann, ben = (stand.properties(DB, consumer)["uri"] for consumer in (ANN, BEN))
    await psql(ann, "CREATE TABLE item (name text)")
    await psql(ben, "INSERT INTO item VALUES ('x'); ALTER TABLE item ADD COLUMN n int; DROP TABLE item")


async def test_a_need_may_ask_for_a_database_of_its_own(stand: Stand) -> None:
    clerk = Consumer("clerk", "reports")
    await stand.up(DB, ANN, clerk)
    mine, theirs = stand.properties(DB, clerk), stand.properties(DB, ANN)
    assert (mine["database"], theirs["database"]) == ("reports", "shop_db")
    await psql(mine["uri"], "CREATE TABLE item (name text)")
    with pytest.raises(Refused, match="permission denied for database"):
        await psql(mine["uri"].replace("/reports", "/shop_db"), "SELECT 1")
    with pytest.raises(Refused, match="permission denied for schema"):
        await psql(mine["uri"].replace("/reports", "/postgres"), "CREATE TABLE item (name text)")


@pytest.mark.parametrize("name", ["postgres", "user", "a-b", "select"])
async def test_any_name_will_do(stand: Stand, name: str) -> None:
    backing, consumer = Backing(name, Postgres()), Consumer("order" if name == "a-b" else "ann")
    await stand.up(backing, consumer)
    await psql(stand.properties(backing, consumer)["uri"], "CREATE TABLE item (name text)")


async def test_a_consumer_is_no_superuser_and_makes_no_roles_or_databases(stand: Stand) -> None:
    await stand.up(DB, ANN)
    uri = stand.properties(DB, ANN)["uri"]
    for sql in ("CREATE ROLE x", "CREATE DATABASE x", "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT * FROM pg_authid"):
        with pytest.raises(Refused, match=r"permission denied|must be"):
            await psql(uri, sql)


async def test_data_of_another_version_is_a_clear_error_and_stays_whole(stand: Stand) -> None:
    newer = Backing("shop-db", Postgres(version=18))
    await stand.up(DB, ANN)
    await psql(stand.properties(DB, ANN)["uri"], "CREATE TABLE item (name text)")
    await stand.down()
    stand.want(newer, ANN)
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("shop-db.initdb", "JobFailed")
    assert "shop-db holds data of PostgreSQL 16, but the file says version: 18." in stand.printed()
    assert "shoal down -v" in stand.printed()
    await stand.up(DB, ANN)
    assert await count(stand) == 0


async def test_version_18_runs_too(stand: Stand) -> None:
    newer = Backing("shop-db", Postgres(version=18))
    await stand.up(newer, ANN)
    assert (await psql(stand.properties(newer, ANN)["uri"], "SHOW server_version")).startswith("18")


async def test_a_half_made_data_folder_is_never_taken_for_a_whole_one(stand: Stand) -> None:
    half = stand.driver.state.data_folder("shop-db") / "new"
    half.mkdir()
    (half / "PG_VERSION").write_text("16\n")
    (half.parent / "password").write_text("of a try that was cut short")
    await stand.up(DB, ANN)
    await psql(stand.properties(DB, ANN)["uri"], "SELECT 1")
    assert not half.exists()


async def test_the_superusers_password_is_on_no_command_line_and_not_left_behind(stand: Stand) -> None:
    await stand.up(DB, ANN)
    secret = next(stand.state.glob("secrets/shop-db.shoal-admin*")).read_text().strip()
    assert len(secret) > 12
    assert not (stand.state / "data/shop-db/password").exists()
    lines = b" ".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    assert secret.encode() not in lines


async def test_the_server_listens_on_this_machine_only(stand: Stand) -> None:
    await stand.up(DB, ANN)
    ann = stand.properties(DB, ANN)
    assert ann["host"] == "127.0.0.1"
    assert await psql(ann["uri"], "SHOW listen_addresses") == "127.0.0.1"
    assert await psql(ann["uri"], "SHOW fsync") == "on"


async def test_the_mark_of_a_done_init_can_be_seen(stand: Stand) -> None:
    await stand.up(with_init("seed.sql"), ANN, contents={"seed.sql": SEED})
    sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'shop_db'"
    assert await psql(stand.properties(DB, ANN)["uri"], sql) == MARK
    assert program("psql@16").is_file()


async def test_no_number_of_a_sequence_comes_twice_though_it_crashed(stand: Stand) -> None:
    await stand.up(DB, ANN)
    uri = stand.properties(DB, ANN)["uri"]
    table = "CREATE TABLE post (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, title text)"
    add = "INSERT INTO post (title) VALUES ('one more')"
    await psql(uri, f"BEGIN; {table}; {add}; COMMIT")
    await psql(uri, add)
    await stand.kill(DB)
    await psql(uri, add)
    assert await psql(uri, "SELECT count(DISTINCT id) FROM post") == "3"

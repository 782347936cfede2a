"""What an engine says is to run."""

from __future__ import annotations

import json

import pytest

from shoal.backing import ENGINES, Consumer, engine_of
from shoal.backing.engine import Errand
from shoal.model.app import Backing, External, Mysql, Nats, Postgres, Rabbitmq, Redis, Stream
from shoal.model.values import Ref, Value
from shoal.model.workload import After, Workload

ANN, BEN = Consumer("ann"), Consumer("ben")
DB, EVENTS = Backing("shop-db", Postgres()), Backing("events", Nats((Stream("USERS", ("users.>",), max_age=60.0),)))


def workloads(backing: Backing, *consumers: Consumer, **contents: str) -> dict[str, Workload]:
    return {w.name: w for w in engine_of(backing).workloads(backing, consumers, contents)}


CACHE, SHOP, QUEUE = Backing("cache", Redis()), Backing("shop", Mysql()), Backing("queue", Rabbitmq())
ALL = [DB, EVENTS, CACHE, SHOP, QUEUE]


@pytest.mark.parametrize("backing", ALL, ids=lambda b: b.name)
class TestEveryEngine:
    def test_has_one_server_named_like_the_entry(self, backing: Backing) -> None:
        servers = [w for w in workloads(backing, ANN).values() if w.kind == "backing"]
        assert [w.name for w in servers] == [backing.name]
        assert servers[0].stable_ports
        assert servers[0].data == backing.name
        assert servers[0].probes.ready

    def test_owns_all_that_runs(self, backing: Backing) -> None:
        found = workloads(backing, ANN)
        assert {w.owner for w in found.values()} == {backing.name}
        assert all(name == backing.name or name.startswith(f"{backing.name}.") for name in found)

    def test_does_its_jobs_once_per_data(self, backing: Backing) -> None:
        assert all(w.once_per == backing.name for w in workloads(backing, ANN).values() if w.kind == "job")

    def test_is_waited_for_by_names_that_run(self, backing: Backing) -> None:
        found = workloads(backing, ANN)
        for after in engine_of(backing).after(backing):
            assert found[after.name].kind == ("job" if after.until == "done" else "backing")

    def test_puts_no_secret_on_a_command_line(self, backing: Backing) -> None:
        for workload in workloads(backing, ANN).values():
            assert not [ref for word in workload.command for ref in word.refs() if ref.kind == "secret"]

    def test_gives_each_consumer_a_secret_of_its_own(self, backing: Backing) -> None:
        def password(consumer: Consumer) -> Value:
            return engine_of(backing).properties(backing, consumer)["password"]

        assert password(ANN).parts == (Ref("secret", f"{backing.name}.ann"),)
        assert password(ANN) != password(BEN)

    def test_names_conventional_variables_of_properties_that_there_are(self, backing: Backing) -> None:
        properties = engine_of(backing).properties(backing, ANN)
        for stack in ("python", "java", "node", "command"):
            assert set(engine_of(backing).variables(properties, stack).values()) <= set(properties.values())


ERRANDS: tuple[Errand, ...] = ("dump", "restore", "upgrade", "drop-old", "streams")


@pytest.mark.parametrize("backing", ALL, ids=lambda b: b.name)
def test_every_errand_is_a_job_without_secrets_in_its_command_or_says_why_not(backing: Backing) -> None:
    for what in ERRANDS:
        found = engine_of(backing).errand(backing, what)
        if isinstance(found, str):
            assert what in ("upgrade", "drop-old", "streams")
            assert found
            continue
        assert (found.kind, found.owner) == ("job", backing.name)
        assert found.name.startswith(f"{backing.name}.")
        assert found.name not in workloads(backing, ANN)
        assert found.data in ("", backing.name)
        assert not [ref for word in found.command for ref in word.refs() if ref.kind == "secret"]


def test_what_somebody_else_runs_has_no_errands() -> None:
    away = Backing("away", External("postgres"))
    assert {engine_of(away).errand(away, what) for what in ERRANDS} == {"somebody else runs it: ask there"}


def test_before_redis_7_there_are_no_copies() -> None:
    old = Backing("cache", Redis(version="6.2"))
    assert engine_of(old).errand(old, "dump") == "before Redis 7 its data is no folder"


def test_every_engine_is_tested_here() -> None:
    assert {type(backing.engine) for backing in ALL} == set(ENGINES)


class TestPostgres:
    def test_the_order_is_initdb_server_provision(self) -> None:
        found = workloads(DB, ANN)
        assert found["shop-db.initdb"].after == ()
        assert found["shop-db"].after == (After("shop-db.initdb", "done"),)
        assert found["shop-db.provision"].after == (After("shop-db"),)

    def test_the_server_never_runs_as_root(self) -> None:
        found = workloads(DB, ANN)
        assert found["shop-db"].unprivileged and found["shop-db.initdb"].unprivileged

    @pytest.mark.parametrize(("database", "name"), [("", "shop_db"), ("Shop", "Shop")])
    def test_the_database_is_named_by_the_file_or_the_entry(self, database: str, name: str) -> None:
        backing = Backing("shop-db", Postgres(database=database))
        assert str(engine_of(backing).properties(backing, ANN)["database"]) == name

    def test_the_version_chooses_the_programs(self) -> None:
        backing = Backing("db", Postgres(version=18))
        programs = {ref.name for w in workloads(backing).values() for v in (*w.command, *w.env.values())
                    for ref in v.refs() if ref.kind == "program"}  # fmt: skip
        assert programs == {"postgres@18", "initdb@18", "psql@18"}

    def test_init_files_lie_beside_the_script_whatever_they_are_called(self) -> None:
        backing = Backing("db", Postgres(init=("sql/it's a schema.sql",)))
        found = engine_of(backing).workloads(backing, (), {"sql/it's a schema.sql": "SELECT 1;"})
        provision = next(w for w in found if w.name == "db.provision")
        assert str(provision.files["init-0.sql"]) == "SELECT 1;"
        assert engine_of(backing).files(backing.engine) == ("sql/it's a schema.sql",)

    def test_text_in_init_sql_is_never_taken_for_a_reference(self) -> None:
        backing = Backing("db", Postgres(init=("a.sql",)))
        found = engine_of(backing).workloads(backing, (), {"a.sql": "SELECT '${secret:x}'"})
        assert list(found[-1].files["init-0.sql"].refs()) == []


class TestNats:
    def test_every_consumer_is_a_user_and_so_is_shoal(self) -> None:
        text = str(workloads(EVENTS, ANN, BEN)["events"].files["nats.conf"])
        assert '{user: "ann", password: "${secret:events.ann}"}' in text
        assert '{user: "ben", password: "${secret:events.ben}"}' in text
        assert text.index("shoal-admin") < text.index("ann")

    def test_the_store_lies_in_its_data_folder_quoted(self) -> None:
        assert 'store_dir: "${data:events}"' in str(workloads(EVENTS)["events"].files["nats.conf"])

    def test_the_streams_are_handed_to_the_job_as_the_file_says(self) -> None:
        streams = json.loads(str(workloads(EVENTS)["events.streams"].env["STREAMS"]))
        assert streams[:-1] == [{"name": "USERS", "subjects": ["users.>"], "max_age": 60.0, "max_bytes": -1}]

    def test_what_consumers_gave_up_on_is_kept_without_being_asked_for(self) -> None:
        streams = json.loads(str(workloads(Backing("events", Nats()))["events.streams"].env["STREAMS"]))
        assert [stream["name"] for stream in streams] == ["SHOAL_PARKED"]

    def test_a_new_stream_leaves_the_server_as_it_is(self) -> None:
        more = Backing("events", Nats((Stream("ORDERS", ("orders.>",)),)))
        assert workloads(more, ANN)["events"] == workloads(EVENTS, ANN)["events"]

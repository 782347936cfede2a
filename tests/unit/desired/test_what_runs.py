"""Compile: from the file's app to all that should run, in which order."""

from __future__ import annotations

import msgspec
import pytest

from shoal.errors import FileError, Place
from shoal.model.app import Need, Port, Postgres, Restart
from shoal.model.release import Overrides
from shoal.model.values import concat
from tests.unit.desired.apps import DB, DB2, EVENTS, app, asks, desired, job, service, waits, words, workload

MIGRATES = service("api", "db", migrate=words("migrate"), environment={"MODE": concat("dev")}, replicas=3)


def test_a_service_waits_for_all_of_its_database() -> None:
    assert waits(desired(app(DB, service("api", "db"))), "api") == ["db ready", "db.provision done"]


def test_a_service_does_not_wait_for_a_service() -> None:
    assert waits(desired(app(service("users"), service("posts", "users"))), "posts") == []


def test_unless_the_file_says_so() -> None:
    found = desired(app(service("users"), service("posts", Need("users", wait="ready"))))
    assert waits(found, "posts") == ["users ready"]


def test_a_needed_job_is_waited_for_to_its_end() -> None:
    assert waits(desired(app(job("seed"), service("api", "seed"))), "api") == ["seed done"]


def test_a_migration_comes_before_every_consumer_of_its_database() -> None:
    found = desired(app(DB, DB2, MIGRATES, service("worker", "db"), service("other", "other-db"), job("seed", "db")))
    for name in ("api", "worker", "seed"):
        assert "api.migrate done" in waits(found, name), name
    assert "api.migrate done" not in waits(found, "other")


def test_a_migration_waits_for_the_database_and_not_for_itself() -> None:
    assert waits(desired(app(DB, MIGRATES)), "api.migrate") == ["db ready", "db.provision done"]


def test_two_migrations_of_one_database_do_not_wait_for_each_other() -> None:
    found = desired(app(DB, MIGRATES, service("web", "db", migrate=words("up"))))
    assert waits(found, "api.migrate") == waits(found, "web.migrate") == ["db ready", "db.provision done"]
    assert waits(found, "api")[-2:] == ["api.migrate done", "web.migrate done"]


def test_a_migration_is_a_job_with_the_services_environment_and_no_ports() -> None:
    api = service("api", "db", migrate=words("migrate"), ports=(Port(),), environment={"MODE": concat("dev")})
    found = desired(app(DB, api))
    migration = workload(found, "api.migrate")
    assert (migration.kind, migration.owner, migration.replicas, migration.once_per) == ("job", "api", 1, "db")
    assert [str(word) for word in migration.command] == ["migrate"]
    assert migration.ports == ()
    assert migration.restart == Restart("no")
    assert str(migration.env["MODE"]) == "dev"
    assert "PORT" not in migration.env and "DATABASE_URL" in migration.env


def test_a_migration_without_a_database_is_done_once_per_revision() -> None:
    assert workload(desired(app(service("api", migrate=words("migrate")))), "api.migrate").once_per == ""


@pytest.mark.parametrize("restart", [Restart("no"), Restart("on-failure", 1.0, 9.0)])
def test_a_job_is_done_once_per_data_and_repeated_as_declared(restart: Restart) -> None:
    seed = workload(desired(app(DB, job("seed", "db", when="request", restart=restart))), "seed")
    assert (seed.kind, seed.once_per, seed.when, seed.restart) == ("job", "db", "request", restart)


def test_a_working_folder_lies_in_the_services() -> None:
    plain = workload(desired(app(service("api"))), "api")
    inner = workload(desired(app(service("api", working_dir="src/app"))), "api")
    assert str(inner.cwd) == f"{plain.cwd}/src/app"


def test_arguments_come_after_the_command() -> None:
    api = service("api", "db", args=(concat("--db"), asks("db", "database")))
    assert [str(word) for word in workload(desired(app(DB, api)), "api").command] == ["run", "--db", "db"]


def test_every_backing_service_runs_needed_or_not() -> None:
    names = [w.name for w in desired(app(DB, EVENTS, service("api"))).workloads]
    assert names == ["db.initdb", "db", "db.provision", "events", "events.streams", "api"]


def test_everything_knows_whose_it_is() -> None:
    owners = {w.name: w.owner for w in desired(app(DB, MIGRATES)).workloads}
    assert owners == {"db.initdb": "db", "db": "db", "db.provision": "db", "api.migrate": "api", "api": "api"}


class TestOverrides:
    APP = app(DB, DB2, MIGRATES, service("web", "api"), service("other", "other-db"))

    def test_scale_changes_one_number(self) -> None:
        plain, scaled = desired(self.APP), desired(self.APP, Overrides(replicas={"api": 5}))
        assert {w.name: w.replicas for w in scaled.workloads if w not in plain.workloads} == {"api": 5}

    def test_stopped_services_have_no_instances_and_no_migrations(self) -> None:
        found = desired(self.APP, Overrides(stopped=frozenset({"api"})))
        assert {w.name: w.replicas for w in found.workloads if w.owner in ("api", "web")} == {
            "api.migrate": 0,
            "api": 0,
            "web": 1,
        }

    def test_stopped_wins_over_scaled(self) -> None:
        found = desired(self.APP, Overrides(replicas={"api": 5}, stopped=frozenset({"api"})))
        assert workload(found, "api").replicas == 0

    def test_only_some_and_what_they_need(self) -> None:
        found = desired(self.APP, Overrides(only=frozenset({"web"})))
        assert sorted({w.owner for w in found.workloads}) == ["api", "db", "web"]

    def test_the_artifacts_of_what_is_left_out_are_known_all_the_same(self) -> None:
        assert desired(self.APP, Overrides(only=frozenset({"other"}))).edges == desired(self.APP).edges

    @pytest.mark.parametrize("name", ["web", "db"])
    def test_a_nonce_is_of_one_service_alone(self, name: str) -> None:
        found = desired(self.APP, Overrides(nonces={name: "again"}))
        assert {w.name for w in found.workloads if w.nonce} == {name}


def test_the_version_of_a_database_reaches_its_programs() -> None:
    of = app(DB.__class__("db", Postgres(version=18)), service("api", "db"))
    assert "${program:postgres@18}" in map(str, workload(desired(of), "db").command)


def test_an_excepted_service_is_there_and_not_started_but_its_migration_is() -> None:
    found = desired(app(DB, MIGRATES, service("web", "api")), Overrides(excepted=frozenset(["api"])))
    assert workload(found, "api").when == "request"
    assert workload(found, "api.migrate").when == "up"
    assert [edge.id for edge in found.edges] == ["web->api"]
    assert (
        workload(found, "api").revision == workload(desired(app(DB, MIGRATES, service("web", "api"))), "api").revision
    )


@pytest.mark.parametrize("section", ["services", "jobs"])
def test_what_a_stack_cant_tell_is_wrong_where_the_service_stands(section: str) -> None:
    silent = service("web", stack="command", command=(), kind="job" if section == "jobs" else "service")
    shop = msgspec.structs.replace(app(silent), places={f"{section}.web": Place("shoal.yaml", 3, 5)})
    with pytest.raises(FileError, match="no command") as caught:
        desired(shop)
    assert str(caught.value.where) == "shoal.yaml:3:5"

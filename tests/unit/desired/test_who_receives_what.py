"""Bind: a need arrives as environment variables, under its own name and under the names that frameworks read."""

from __future__ import annotations

import pytest

from shoal.errors import Place, UnknownReference
from shoal.model.app import Need, Port, Route
from shoal.model.policy import EdgePolicy
from shoal.model.values import Ref, Value, concat
from shoal.stacks import Source
from tests.unit.desired.apps import DB, DB2, EVENTS, app, asks, desired, environment, inputs, job, service
from tests.unit.desired.apps import workload as workload_of


def test_a_database_arrives_under_its_name_and_as_DATABASE_URL() -> None:
    uri = "postgresql://api:${secret:db.api}@${address:db:host}:${address:db:port}/db"
    assert environment(app(DB, service("api", "db")), "api") == {
        "DB_HOST": "${address:db:host}",
        "DB_PORT": "${address:db:port}",
        "DB_USERNAME": "api",
        "DB_PASSWORD": "${secret:db.api}",
        "DB_DATABASE": "db",
        "DB_JDBC_URL": "jdbc:postgresql://${address:db:host}:${address:db:port}/db",
        "DB_URL": uri,
        "DATABASE_URL": uri,
    }


def test_java_also_gets_what_spring_reads() -> None:
    of = app(DB, service("api", "db", stack="java", command=(concat("java"),)))
    source = Source("/shop/api", names=("pom.xml",), texts={"pom.xml": "<project/>"}, digest="d1")
    from shoal.desired import compile

    given = inputs(of)
    given.sources["api"] = source
    env = {key: str(value) for key, value in workload_of(compile(of, given), "api").env.items()}
    assert env["SPRING_DATASOURCE_URL"] == env["DB_JDBC_URL"]
    assert env["SPRING_DATASOURCE_USERNAME"] == "api"
    assert env["SPRING_DATASOURCE_PASSWORD"] == "${secret:db.api}"
    assert env["DATABASE_URL"] == env["DB_URL"]


def test_of_two_databases_none_is_the_database() -> None:
    env = environment(app(DB, DB2, service("api", "db", "other-db")), "api")
    assert "DATABASE_URL" not in env
    assert env["DB_URL"] != env["OTHER_DB_URL"]


def test_a_database_and_a_stream_are_both_conventional() -> None:
    env = environment(app(DB, EVENTS, service("api", "db", "events")), "api")
    assert env["DATABASE_URL"] == env["DB_URL"]
    assert env["NATS_URL"] == env["EVENTS_URL"]
    assert env["NATS_URL"] == "nats://api:${secret:events.api}@${address:events:host}:${address:events:port}"


def test_what_isnt_needed_isnt_received() -> None:
    assert environment(app(DB, service("api")), "api") == {}


def test_a_service_arrives_as_the_address_of_its_edge() -> None:
    assert environment(app(service("users"), service("posts", "users")), "posts") == {
        "USERS_HOST": "${address:posts->users:host}",
        "USERS_PORT": "${address:posts->users:port}",
        "USERS_URL": "http://${address:posts->users:host}:${address:posts->users:port}",
    }


def test_an_edge_carries_its_policy_and_its_port() -> None:
    policy = EdgePolicy(timeout=0.5, retries=2)
    callee = service("users", ports=(Port(), Port("admin", "grpc")))
    found = desired(app(callee, service("posts", Need("users", policy, port="admin"))))
    (edge,) = found.edges
    assert (edge.id, edge.port, edge.protocol, edge.policy) == ("posts->users:admin", "admin", "grpc", policy)


@pytest.mark.parametrize(("protocol", "url"), [
    ("http", "http://${address:posts->users:api:host}:${address:posts->users:api:port}"),
    ("grpc", "${address:posts->users:api:host}:${address:posts->users:api:port}"),
    ("tcp", "tcp://${address:posts->users:api:host}:${address:posts->users:api:port}"),
])  # fmt: skip
def test_the_url_of_an_edge_suits_its_protocol(protocol: str, url: str) -> None:
    callee = service("users", ports=(Port("api", protocol),))  # type: ignore[arg-type]
    assert environment(app(callee, service("posts", "users")), "posts")["USERS_URL"] == url


def test_each_port_of_a_service_that_is_needed_has_names_of_its_own() -> None:
    callee = service("users", ports=(Port(), Port("admin"), Port("rpc", "grpc")))
    needs = (Need("users", port="admin"), Need("users"), Need("users", port="rpc"))
    mine = {"MINE": Value((Ref("property", "users", "ports.rpc.url"),))}
    env = environment(app(callee, service("posts", *needs, environment=mine)), "posts")
    assert env["USERS_URL"] == "http://${address:posts->users:host}:${address:posts->users:port}"
    assert env["USERS_ADMIN_PORT"] == "${address:posts->users:admin:port}"
    assert env["USERS_RPC_URL"] == "${address:posts->users:rpc:host}:${address:posts->users:rpc:port}"
    assert env["MINE"] == env["USERS_RPC_URL"]


def test_a_job_that_is_needed_gives_nothing_but_order() -> None:
    found = desired(app(job("seed"), service("api", "seed")))
    assert workload_of(found, "api").env == {}
    assert found.edges == ()


def test_names_with_dashes_become_names_that_variables_can_have() -> None:
    env = environment(app(service("price-list"), service("api", "price-list")), "api")
    assert "PRICE_LIST_URL" in env


def test_the_database_of_a_need_is_the_one_it_asked_for() -> None:
    env = environment(app(DB, service("api", Need("db", database="reports"))), "api")
    assert env["DB_DATABASE"] == "reports"
    assert env["DATABASE_URL"].endswith("/reports")


def test_the_users_own_variables_win() -> None:
    mine = {"DATABASE_URL": concat("sqlite://"), "MODE": concat("dev")}
    env = environment(app(DB, service("api", "db", environment=mine)), "api")
    assert env["DATABASE_URL"] == "sqlite://"
    assert env["MODE"] == "dev"


def test_references_are_filled_in_anywhere() -> None:
    dsn = concat("host=", asks("db", "host"), " user=", asks("db", "username"))
    api = service("api", "db", environment={"X": dsn}, args=(concat("--db=", asks("db", "database")),))
    found = desired(app(DB, api))
    assert str(workload_of(found, "api").env["X"]) == "host=${address:db:host} user=api"
    assert [str(word) for word in workload_of(found, "api").command][-1] == "--db=db"


def test_self_and_gateway_are_always_known() -> None:
    text = concat(asks("self", "port"), " ", asks("self", "ports.admin"), " ", asks("gateway", "url"))
    api = service("api", environment={"X": text}, ports=(Port(), Port("admin")))
    env = environment(app(api, routes=(Route(to="api"),)), "api")
    assert env["X"] == "${self:port:http} ${self:port:admin} http://${address:gateway:host}:${address:gateway:port}"


@pytest.mark.parametrize(("name", "attr", "what", "hint"), [
    ("dbb", "host", "dbb is not among the needs", "Did you mean db?"),
    ("db", "hosst", "db has no property hosst", "Did you mean host?"),
    ("zzz", "host", "zzz is not among the needs", "There are: db, gateway, self."),
    ("self", "port", "self has no property port", "There are: files, host, index, instance, scratch."),
])  # fmt: skip
def test_an_unknown_reference_says_where_and_what_there_is(name: str, attr: str, what: str, hint: str) -> None:
    of = app(DB, service("api", "db", environment={"X": asks(name, attr)}, ports=()))
    with pytest.raises(UnknownReference) as caught:
        desired(of)
    problem = caught.value
    assert (problem.what, problem.hint, problem.where) == (what, hint, Place("shoal.yaml", 7, 5))

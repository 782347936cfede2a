"""What somebody else runs hands out what it would hand out here."""

from __future__ import annotations

import pytest

from shoal.backing import EXTERNAL, Consumer, engine_of
from shoal.model import uri
from shoal.model.app import SCHEME, Backing, Engine, External, Mysql, Nats, Postgres, Rabbitmq, Redis
from shoal.model.values import concat, secret
from shoal.model.workload import After

ANN = Consumer("ann")
HERE: dict[str, Engine] = {
    "postgres": Postgres(),
    "mysql": Mysql(),
    "mariadb": Mysql("mariadb"),
    "redis": Redis(),
    "rabbitmq": Rabbitmq(),
    "nats": Nats(),
}
# No parts of a URI of tests' own are secret; what holds a secret shows it as its name.
WHOLE = "postgresql://an%40n:p%2Fw@db.example.org:6543/orders"


def elsewhere(kind: str, database: str = "") -> Backing:
    host, port, me = concat("db.example.org"), concat("1234"), concat("me")
    parts = External(kind, host=host, port=port, username=me, password=secret("pw"), database=concat(database))
    return Backing("it", parts)


def rendered(backing: Backing, consumer: Consumer = ANN, content: str = "p/w") -> dict[str, str]:
    values = engine_of(backing).properties(backing, consumer)
    return {name: value.render(lambda ref: uri.part(content, ref.attr)) for name, value in values.items()}


@pytest.mark.parametrize("kind", HERE)
def test_properties_and_variables_are_those_of_its_kind(kind: str) -> None:
    here, there = Backing("it", HERE[kind]), elsewhere(kind, database="1")
    mine = engine_of(here).properties(here, ANN)
    theirs = engine_of(there).properties(there, ANN)
    assert set(mine) == set(theirs)
    for stack in ("python", "java"):
        assert set(engine_of(here).variables(mine, stack)) == set(engine_of(there).variables(theirs, stack))


def test_every_kind_has_a_scheme_with_what_is_usual() -> None:
    assert set(EXTERNAL) == set(SCHEME)
    assert set(SCHEME.values()) <= set(uri.USUAL)


def test_a_secret_uri_is_given_as_it_is_and_taken_apart() -> None:
    assert rendered(Backing("it", External("postgres", secret="db")), content=WHOLE) == {
        "host": "db.example.org",
        "port": "6543",
        "username": "an@n",
        "password": "p/w",
        "database": "orders",
        "uri": WHOLE,
        "jdbc_url": "jdbc:postgresql://db.example.org:6543/orders",
    }


def test_parts_are_put_together_and_the_password_is_quoted() -> None:
    assert rendered(elsewhere("rabbitmq", database="/"))["uri"] == "amqp://me:p%2Fw@db.example.org:1234/%2F"


def test_a_need_may_ask_for_another_database() -> None:
    backing = Backing("it", External("postgres", secret="db"))
    there = rendered(backing, Consumer("ann", "reports"), WHOLE)
    assert there["database"] == "reports"
    assert there["jdbc_url"].endswith("/reports")
    assert there["uri"].endswith("@db.example.org:6543/reports")


def test_nothing_runs_but_the_wait() -> None:
    backing = elsewhere("redis")
    (job,) = engine_of(backing).workloads(backing, (ANN,), {})
    assert (job.name, job.kind, job.data) == ("it.reachable", "job", "")
    assert engine_of(backing).after(backing) == (After("it.reachable", "done"),)
    assert not [ref for value in (*job.command, *job.env.values()) for ref in value.refs() if ref.kind == "secret"]


@pytest.mark.parametrize(
    ("text", "port", "database"),
    [("redis://cache", "6379", "0"), ("amqp://mq", "5672", "/"), ("mysql://db:1/x", "1", "x"), ("odd://x", "", "")],
)
def test_what_a_uri_leaves_out_is_usual(text: str, port: str, database: str) -> None:
    assert (uri.part(text, "port"), uri.part(text, "database")) == (port, database)


@pytest.mark.parametrize("text", ["", "hello", "db.example.org:5432", "postgresql:///orders"])
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no URI"):
        uri.part(text, "host")

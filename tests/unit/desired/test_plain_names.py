"""With `names: true`: at which port a callee's plain name is answered, and who is told which names."""

from __future__ import annotations

import pytest

from shoal.model.app import Need, Port
from tests.unit.desired.apps import DB, app, desired, job, service, workload


@pytest.mark.parametrize(("ports", "asked", "named"), [
    (None, "", 80),
    ((Port("rpc", "grpc"),), "", 80),
    ((Port("http"), Port("admin")), "admin", 0),
    ((Port("http"), Port("admin", number=9000)), "admin", 9000),
    ((Port("http", number=8080),), "", 8080),
    ((Port("raw", "tcp"),), "", 0),
    ((Port("raw", "tcp", number=7000),), "", 7000),
])  # fmt: skip
def test_it_is_the_fixed_number_or_https_own(ports: tuple[Port, ...] | None, asked: str, named: int) -> None:
    of = app(service("users", ports=ports), service("posts", Need("users", port=asked)), names=True)
    assert [edge.named for edge in desired(of).edges] == [named]


def test_a_workload_knows_what_it_needs_and_no_more() -> None:
    of = app(DB, service("users"), job("seed"), service("posts", "users", "db", "seed"), service("web"), names=True)
    assert workload(desired(of), "posts").names == {"users": "posts->users", "db": ""}
    assert workload(desired(of), "web").names == {}


def test_without_the_key_there_are_none() -> None:
    of = app(service("users"), service("posts", "users"))
    assert workload(desired(of), "posts").names == {}
    assert [edge.named for edge in desired(of).edges] == [0]

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


def test_names_of_what_it_does_not_need_are_strangers_to_it() -> None:
    of = app(service("users"), service("posts", "users"), service("web"), service("worker", ports=()), job("seed"),
             service("pages", "users", "posts"), names=True)  # fmt: skip
    assert workload(desired(of), "web").strangers == ("users", "posts")
    assert workload(desired(of), "pages").strangers == ()
    assert workload(desired(of), "seed").strangers == ("users", "posts")


def test_a_stranger_is_refused_wherever_it_would_be_expected() -> None:
    ports = (Port("http", number=8080), Port("raw", "tcp", number=7000), Port("admin"))
    of = app(service("users", ports=ports), service("posts", ports=(Port(),)), service("web"), job("seed"), names=True)
    found = [r for r in desired(of).refusals if r.caller in ("web", "seed")]
    assert [(r.id, r.protocol, r.callee, r.section) for r in found] == [
        ("web->:80", "http", "", "services"),
        ("web->:8080", "http", "", "services"),
        ("web->:7000", "tcp", "users", "services"),
        ("seed->:80", "http", "", "jobs"),
        ("seed->:8080", "http", "", "jobs"),
        ("seed->:7000", "tcp", "users", "jobs"),
    ]


def test_where_two_would_be_expected_http_is_answered() -> None:
    of = app(
        service("a", ports=(Port("raw", "tcp", number=80),)), service("b", ports=(Port(),)), service("web"), names=True
    )
    (refusal,) = [refusal for refusal in desired(of).refusals if refusal.caller == "web"]
    assert (refusal.named, refusal.protocol) == (80, "http")


def test_a_new_stranger_restarts_nobody() -> None:
    before = app(service("users"), service("posts", "users"), names=True)
    after = app(service("users"), service("posts", "users"), service("new", ports=(Port(),)), names=True)
    assert workload(desired(after), "posts").strangers == ("new",)
    assert workload(desired(after), "posts").revision == workload(desired(before), "posts").revision


def test_without_the_key_nobody_is_refused() -> None:
    assert desired(app(service("users", ports=(Port(),)), service("web"))).refusals == ()


def test_a_port_that_it_does_not_need_is_refused_at_the_address_that_it_has() -> None:
    ports = (Port("http"), Port("admin", number=9000), Port("raw", "tcp", number=7000), Port("hidden"))
    of = app(service("users", ports=ports), service("posts", Need("users", port="admin")), names=True)
    found = [refusal for refusal in desired(of).refusals if refusal.caller == "posts"]
    assert [(r.id, r.host_key, r.need, r.protocol) for r in found] == [
        ("posts->users:80", "posts->users", "users:http", "http"),
        ("posts->users:7000", "posts->users", "users:raw", "tcp"),
    ]
    assert workload(desired(of), "posts").strangers == ()

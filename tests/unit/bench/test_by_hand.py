"""Which parts wait for which, and the bound that follows; small parts of other benchmarks."""

from __future__ import annotations

import pytest

from bench.by_hand import chain, waits
from bench.gateway import length_of
from bench.idle import Use, total
from bench.many import free_ports
from bench.start_up_of_users import untrained
from bench.warm_up import baseline
from shoal.model.desired import Desired
from shoal.model.workload import After, Workload

BLOG = Desired(
    app="blog",
    workloads=(
        Workload("db", "backing"),
        Workload("db.provision", "job", after=(After("db"),)),
        Workload("users", "service", after=(After("db.provision", "done"),)),
        Workload("posts", "service", after=(After("users"), After("gone"))),
    ),
)


def test_a_warm_start_waits_for_what_its_jobs_waited_for() -> None:
    assert waits("users", BLOG) == {"db"}


def test_what_is_not_wanted_is_not_waited_for() -> None:
    assert waits("posts", BLOG) == {"users"}
    assert waits("nobody", BLOG) == frozenset()


def test_a_chain_holds_everything_that_comes_before() -> None:
    assert chain("posts", {"posts": {"users"}, "users": {"db"}, "db": (), "web": ()}) == {"posts", "users", "db"}


def test_the_baseline_is_the_longest_chain_or_the_work_of_all_cores() -> None:
    assert baseline({"users": 2.0, "web": 0.3}, cpu=3.0, cores=2) == 2.0
    assert baseline({"users": 2.0, "web": 0.3}, cpu=5.0, cores=2) == 2.5


def test_untrained_options_are_all_but_the_cache() -> None:
    options = '-XX:+UseSerialGC\n"-Djavax.net.ssl.trustStore=/a b"\n"-XX:AOTCache=/a b/app.aot"\n'
    assert untrained(options) == '-XX:+UseSerialGC\n"-Djavax.net.ssl.trustStore=/a b"\n'


def test_an_answer_that_is_no_200_of_known_length_is_an_error() -> None:
    assert length_of(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nX: y") == 15
    with pytest.raises(ValueError, match="503"):
        length_of(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 15")
    with pytest.raises(ValueError, match="unknown length"):
        length_of(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked")


def test_uses_add_up() -> None:
    assert total([Use(1, 2, 3, 4), Use(10, 20, 30, 40)]) == Use(11, 22, 33, 44)


def test_services_of_the_bench_get_ports_of_their_own() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50

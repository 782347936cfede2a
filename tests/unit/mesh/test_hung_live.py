"""An instance that accepts and never answers, on a real Envoy."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from shoal.mesh.policy import TRY_TIMEOUT
from shoal.model.app import Port
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance
from shoal.model.policy import EdgePolicy, Pool
from shoal.model.workload import Edge, Workload

EDGE = "posts->users"
ENOUGH = 400


def desired(policy: EdgePolicy = EdgePolicy()) -> Desired:
    users = Workload(name="users", kind="service", ports=(Port(),), replicas=2)
    return Desired(app="blog", workloads=(users,), edges=(Edge("posts", "users", policy=policy),))


@pytest.fixture
def hung() -> Iterator[Instance]:
    """Its kernel accepts, as that of a stopped process does."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1000)
        where = Endpoint("127.0.0.1", silent.getsockname()[1])
        yield Instance("users/hung", "users", "service", "r", phase="ready", endpoints={"http": where})


class Readers:
    """Requests one after the other on several connections."""

    def __init__(self, envoy: Any, on: Any) -> None:
        self.envoy, self.on = envoy, on
        self.stop = Event()
        self.came: list[int] = []

    def one(self) -> None:
        connection = self.envoy.connect(EDGE)
        while not self.stop.is_set():
            self.came.append(self.on(connection, "/x").status)
        connection.close()


@contextmanager
def readers(envoy: Any, on: Any) -> Iterator[Readers]:
    load = Readers(envoy, on)
    threads = [Thread(target=load.one) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def number(envoy: Any, name: str) -> int:
    lines = envoy.ask(f"/stats?filter=^cluster.{EDGE}.{name}$").splitlines()
    return sum(int(line.rpartition(": ")[2]) for line in lines)


def test_it_loses_its_traffic_and_no_reader_notices(
    envoy: Any, upstream: Any, on: Any, hung: Instance, wait: Callable[..., None]
) -> None:
    """Requests under way at it are asked of the other as well; after a few of them it gets none, while connections to
    it still succeed."""
    envoy.route(desired(), upstream("a").instance("users"), hung)
    with readers(envoy, on) as load:
        wait(lambda: len(load.came) > ENOUGH, "requests")
    assert set(load.came) == {200}
    late = number(envoy, "upstream_rq_retry")
    assert 5 <= late < ENOUGH / 10


def test_with_ejection_off_it_keeps_its_share(envoy: Any, upstream: Any, get: Any, hung: Instance) -> None:
    policy = EdgePolicy(try_timeout=0.02, pool=Pool(eject=None))
    envoy.route(desired(policy), upstream("a").instance("users"), hung)
    before = number(envoy, "upstream_rq_retry")
    assert {get("/x", at=EDGE).status for _ in range(40)} == {200}
    assert number(envoy, "upstream_rq_retry") - before >= 20


def test_the_first_answer_counts_also_when_it_is_late(envoy: Any, upstream: Any, get: Any, hung: Instance) -> None:
    """The try that was late isn't given up."""
    slow = upstream("slow")
    envoy.route(desired(EdgePolicy(try_timeout=0.05)), slow.instance("users"), hung)
    answers: list[Any] = []
    threads = [Thread(target=lambda: answers.append(get("/slow", at=EDGE))) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert slow.arrived.wait(5)
    time.sleep(0.2)
    assert not answers
    slow.release.set()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200, 200]


def test_what_writes_is_asked_once_however_late(envoy: Any, upstream: Any, get: Any) -> None:
    a, b = upstream("a"), upstream("b")
    envoy.route(desired(EdgePolicy(timeout=0.5, try_timeout=0.05)), a.instance("users"), b.instance("users"))
    assert get("/slow", "POST", at=EDGE).status == 504
    assert len(a.seen) + len(b.seen) == 1


def test_the_numbers_fit_the_promise() -> None:
    """Within two seconds: a try's time, and a handful of tries at once."""
    assert TRY_TIMEOUT < 2
    assert EdgePolicy().timeout > TRY_TIMEOUT

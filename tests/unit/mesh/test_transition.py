"""What is removed is removed last."""

from __future__ import annotations

import json
from collections import Counter
from threading import Event, Thread
from typing import Any

from shoal.mesh.check import check
from shoal.mesh.snapshot import empty, snapshot
from shoal.mesh.transition import transition
from shoal.model.app import Gateway, Route
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Edge


def leading_to(name: str) -> Desired:
    return Desired("blog", gateway=Gateway(routes=(Route(to=name),)))


def taken(name: str, *instances: Instance, at: Endpoint = Endpoint("127.0.0.1", 7000)) -> Snapshot:
    return snapshot(leading_to(name), Observed(instances), {"gateway": at})


def test_nothing_gone_is_one_step() -> None:
    new = taken("web")
    assert transition(None, new) == transition(empty(), new) == transition(new, new) == (new,)


def clusters(taken: Snapshot) -> list[str]:
    return [item["name"] for item in json.loads(taken.files["cds.json"])["resources"]]


def test_a_cluster_comes_before_its_route_and_goes_after_it() -> None:
    old, new = taken("web"), taken("shop")
    first, second, last = transition(old, new)
    assert last == new
    assert check(first) == check(second) == ()
    assert clusters(first) == clusters(second) == ["gateway->shop", "gateway->web"]
    routes = [json.loads(step.files["rds.json"])["resources"] for step in (old, first, second, last)]
    assert routes[0] == routes[1] != routes[2] == routes[3]
    assert len({step.version for step in (old, first, second, last)}) == 4


def test_an_edge_and_its_cluster_may_come_together(envoy: Any) -> None:
    """Envoy may read the listener first; that is no reason to refuse it."""
    for turn in range(30):
        edge = Edge("posts", f"users{turn}")
        envoy.publish(snapshot(Desired("blog", edges=(edge,)), Observed(), {edge.id: envoy.somewhere()}))


def test_a_route_moves_to_another_service_under_load_without_a_failure(envoy: Any, upstream: Any, on: Any) -> None:
    web, shop = upstream("web"), upstream("shop")
    instances = (web.instance("web"), shop.instance("shop"))
    envoy.route(leading_to("web"), *instances)
    at = envoy.addresses["gateway"]
    old = taken("web", *instances, at=at)
    came: Counter[int] = Counter()
    stop = Event()

    def load() -> None:
        connection = envoy.connect()
        while not stop.is_set():
            came[on(connection, "/x").status] += 1
        connection.close()

    thread = Thread(target=load)
    thread.start()
    try:
        for turn in range(20):
            new = taken("web" if turn % 2 else "shop", *instances, at=at)
            for step in transition(old, new):
                envoy.publish(step)
            old = new
    finally:
        stop.set()
        thread.join()
    assert set(came) == {200}, came

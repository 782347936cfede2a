"""While a canary is under way, requests are shared out between two clusters of each link."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from shoal.mesh import snapshot
from shoal.mesh.check import check
from shoal.model.app import Gateway, Port, Route
from shoal.model.desired import Desired, Rollout
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.workload import Edge, Workload

PORTS = (Port("http"), Port("raw", "tcp"))
OLD = Workload("posts", "service", ports=PORTS, revision="r1")
NEW = msgspec.structs.replace(OLD, revision="r2")
EDGES = (Edge("web", "posts"), Edge("web", "posts", "raw", "tcp"))
ADDRESSES = {
    name: Endpoint("127.0.0.1", 1000 + n) for n, name in enumerate(("gateway", "web->posts", "web->posts:raw"))
}


def desired(weight: int | None, header: str = "") -> Desired:
    rollouts = {"posts": Rollout(OLD, beside=True, weight=weight, header=header)}
    gateway = Gateway(routes=(Route(("/",), to="posts"),))
    return Desired("shop", workloads=(NEW,), edges=EDGES, gateway=gateway, rollouts=rollouts)


def instance(name: str, revision: str, port: int, phase: Any = "ready") -> Instance:
    endpoints = {"http": Endpoint("127.0.0.1", port), "raw": Endpoint("127.0.0.1", port + 1)}
    return Instance(name, "posts", "service", revision, phase=phase, endpoints=endpoints)


BOTH = (instance("old", "r1", 2000), instance("new", "r2", 3000))


def made(weight: int | None, *instances: Instance, header: str = "") -> dict[str, list[dict[str, Any]]]:
    found = snapshot(desired(weight, header), Observed(instances=instances), ADDRESSES)
    assert check(found) == ()
    return {name: json.loads(text)["resources"] for name, text in found.files.items()}


def hosts(files: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {
        cluster["name"]: [
            host["endpoint"]["hostname"]
            for part in cluster["load_assignment"]["endpoints"]
            for host in part["lb_endpoints"]
        ]
        for cluster in files["cds.json"]
    }


def shares(tree: object) -> list[dict[str, int]]:
    """All shares of clusters, wherever they are."""
    if isinstance(tree, dict):
        if "weighted_clusters" in tree:
            return [{share["name"]: share["weight"] for share in tree["weighted_clusters"]["clusters"]}]
        tree = list(tree.values())
    return [found for item in tree for found in shares(item)] if isinstance(tree, list) else []


def test_each_link_has_a_cluster_for_the_stable_ones_and_one_for_the_new() -> None:
    found = hosts(made(10, *BOTH))
    assert found["web->posts"] == found["gateway->posts"] == found["web->posts:raw"] == ["old"]
    assert found["web->posts@canary"] == found["gateway->posts@canary"] == found["web->posts:raw@canary"] == ["new"]


def test_requests_and_connections_are_shared_out_by_weight() -> None:
    files = made(10, *BOTH)
    assert {"gateway->posts": 90, "gateway->posts@canary": 10} in shares(files["rds.json"])
    found = shares(files["lds.json"])
    assert {"web->posts": 90, "web->posts@canary": 10} in found
    assert {"web->posts:raw": 90, "web->posts:raw@canary": 10} in found


def test_a_canary_without_a_ready_instance_gets_no_request() -> None:
    files = made(50, BOTH[0], instance("new", "r2", 3000, "starting"), header="x-canary")
    assert all(weight == 0 for share in shares(files["rds.json"]) for name, weight in share.items() if "@" in name)
    assert "x-canary" not in json.dumps(files)


def test_with_no_stable_one_left_the_new_ones_get_all() -> None:
    assert {"gateway->posts": 0, "gateway->posts@canary": 100} in shares(made(10, BOTH[1])["rds.json"])


def test_testers_reach_it_by_a_header_at_any_weight() -> None:
    (table,) = made(0, *BOTH, header="x-canary")["rds.json"]
    first = table["virtual_hosts"][0]["routes"][0]
    assert {"name": "x-canary", "present_match": True} in first["match"]["headers"]
    assert first["route"]["cluster"] == "gateway->posts@canary"


def test_without_weights_each_instance_has_its_share() -> None:
    files = made(None, *BOTH)
    assert hosts(files)["gateway->posts"] == ["new", "old"]
    assert shares(files["rds.json"]) == []

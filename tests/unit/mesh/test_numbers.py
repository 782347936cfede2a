"""Envoy's numbers, read twice, make samples."""

from __future__ import annotations

import json

from shoal.mesh.numbers import Reading, reading, since
from shoal.model.sample import Bin, Sample

LINK = "posts->users"


def answers(*hosts: tuple[str, int, int], cluster: str = LINK) -> str:
    """As Envoy says it: a count of nothing has no value."""
    statuses = [
        {
            "hostname": name,
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": 1000 + place}},
            "stats": [
                {"name": "rq_success", **({"value": str(successes)} if successes else {})},
                {"name": "rq_error", **({"value": str(errors)} if errors else {})},
                {"name": "rq_total", "value": str(successes + errors + 1)},
            ],
        }
        for place, (name, successes, errors) in enumerate(hosts)
    ]
    return json.dumps({"cluster_statuses": [{"name": cluster, "host_statuses": statuses}]})


def latencies(*bins: tuple[float, float, int], cluster: str = LINK) -> str:
    totals = [{"lower_bound": low, "width": width, "count": count} for low, width, count in bins]
    details = [{"name": f"cluster.{cluster}.upstream_rq_time", "totals": totals, "intervals": []}]
    return json.dumps({"stats": [{"histograms": {"supported_percentiles": [], "details": details}}]})


NOTHING = '{"stats":[]}'


def test_a_sample_is_the_difference_of_two_readings() -> None:
    before = reading(answers(("users/1", 10, 1), ("users/2", 5, 0)), latencies((2, 0.1, 8)))
    now = reading(answers(("users/1", 12, 2), ("users/2", 8, 0)), latencies((2, 0.1, 9), (50, 1, 3)))
    assert since(before, now) == {LINK: Sample(6, 1, (Bin(0.002, 0.0021, 1), Bin(0.05, 0.051, 3)))}


def test_what_began_anew_is_all_new() -> None:
    before = reading(answers(("users/1", 10, 1), ("users/2", 5, 0)), latencies((2, 0.1, 8)))
    now = reading(answers(("users/1", 3, 1), ("users/2", 6, 0)), latencies((2, 0.1, 4)))
    assert since(before, now)[LINK] == Sample(5, 1, (Bin(0.002, 0.0021, 4),))


def test_clusters_and_instances_come_and_go() -> None:
    one = reading(answers(("users/1", 10, 1)), NOTHING)
    two = reading(answers(("users/2", 3, 0)), NOTHING)
    assert since(one, two) == {LINK: Sample(3)}
    assert since(two, Reading()) == {}
    canary = reading(answers(("users/3", 1, 1), cluster=f"{LINK}@canary"), NOTHING)
    assert since(one, canary) == {f"{LINK}@canary": Sample(2, 1)}


def test_an_envoy_without_clusters_has_no_numbers() -> None:
    assert reading("{}", NOTHING) == Reading()

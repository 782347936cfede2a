"""Numbers: how the instances behind each cluster answered, by Envoy's own count.

Ask the admin socket for `ANSWERS` and `LATENCIES` and give both texts to `reading`; the difference of two readings
is a sample per cluster. Answers are counted per instance and try, so that a retry hides nothing, and what a client
gave up on is neither success nor failure; of gRPC the status counts. They begin anew with each change of the cluster.
Latencies are counted per cluster; Envoy shows them every 5 s, and of failures that never got an answer none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from shoal.model.sample import Bin, Sample

ANSWERS = "/clusters?format=json"
LATENCIES = r"/stats?format=json&histogram_buckets=detailed&usedonly&filter=^cluster\.[^.]*\.upstream_rq_time$"
_PREFIX, _SUFFIX = "cluster.", ".upstream_rq_time"


class Counted(msgspec.Struct, frozen=True):
    """One instance's tries that ended."""

    successes: int = 0
    errors: int = 0


class Reading(msgspec.Struct, frozen=True):
    """`answers` by cluster and instance, `latencies` by cluster; all since some beginning."""

    answers: dict[str, dict[str, Counted]] = {}
    latencies: dict[str, tuple[Bin, ...]] = {}


def reading(answers: str, latencies: str) -> Reading:
    """What the two texts say."""
    found = json.loads(answers).get("cluster_statuses", ())
    return Reading({c["name"]: dict(_instances(c)) for c in found}, dict(_latencies(json.loads(latencies))))


def since(before: Reading, now: Reading) -> dict[str, Sample]:
    """What came between the two, by cluster. What counts less than before has begun anew, and all of it is new."""
    return {
        name: msgspec.structs.replace(
            _answered(before.answers.get(name, {}), found),
            latencies=_between(before.latencies.get(name, ()), now.latencies.get(name, ())),
        )
        for name, found in now.answers.items()
    }


def _instances(cluster: Any) -> Iterator[tuple[str, Counted]]:
    """An instance that came back elsewhere is another one."""
    for host in cluster.get("host_statuses", ()):
        socket = host["address"]["socket_address"]
        counts = {stat["name"]: int(stat.get("value", 0)) for stat in host["stats"]}
        yield (
            f"{host.get('hostname', '')} {socket['address']}:{socket['port_value']}",
            Counted(counts.get("rq_success", 0), counts.get("rq_error", 0)),
        )


def _latencies(found: Any) -> Iterator[tuple[str, tuple[Bin, ...]]]:
    for part in found["stats"]:
        for histogram in part.get("histograms", {}).get("details", ()):
            yield histogram["name"].removeprefix(_PREFIX).removesuffix(_SUFFIX), _bins(histogram.get("totals", ()))


def _bins(totals: Any) -> tuple[Bin, ...]:
    return tuple(
        Bin(_seconds(found["lower_bound"]), _seconds(found["lower_bound"] + found["width"]), found["count"])
        for found in totals
    )


def _seconds(milliseconds: float) -> float:
    return round(milliseconds / 1000, 6)


def _answered(before: dict[str, Counted], now: dict[str, Counted]) -> Sample:
    errors = successes = 0
    for instance, counted in now.items():
        old = before.get(instance, Counted())
        if counted.errors < old.errors or counted.successes < old.successes:
            old = Counted()
        errors += counted.errors - old.errors
        successes += counted.successes - old.successes
    return Sample(errors + successes, errors)


def _between(before: tuple[Bin, ...], now: tuple[Bin, ...]) -> tuple[Bin, ...]:
    old = {(found.low, found.high): found.many for found in before}
    counts = {(found.low, found.high): found.many for found in now}
    if any(counts.get(place, 0) < count for place, count in old.items()):
        old = {}
    new = ((*place, count - old.get(place, 0)) for place, count in sorted(counts.items()))
    return tuple(Bin(*found) for found in new if found[2])

"""Envoy's numbers of real requests: each try counts, whatever the retry made of it."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.mesh import numbers
from shoal.mesh.numbers import Reading, since
from shoal.model.policy import EdgePolicy, Pool
from shoal.model.sample import Sample
from tests.unit.mesh.conftest import wait_for
from tests.unit.mesh.test_policies_live import EDGE, desired

CALM = EdgePolicy(retries=2, retry_on=("reset", 503), pool=Pool(eject=None))


def reading(envoy: Any) -> Reading:
    return numbers.reading(envoy.ask(numbers.ANSWERS), envoy.ask(numbers.LATENCIES))


@pytest.fixture
def users(envoy: Any, upstream: Any) -> Any:
    found = upstream("users")
    envoy.route(desired(CALM), found.instance("users"))
    return found


@pytest.mark.parametrize(("path", "found"), [("/x", Sample(1)), ("/busy", Sample(3, 3)), ("/cut", Sample(3, 3))])
def test_each_try_counts(users: Any, envoy: Any, get: Any, path: str, found: Sample) -> None:
    before = reading(envoy)
    get(path, at=EDGE)
    seen = since(before, reading(envoy))[EDGE]
    assert (seen.requests, seen.failures) == (found.requests, found.failures)


def test_what_gets_no_answer_in_time_has_failed(users: Any, envoy: Any, upstream: Any, get: Any) -> None:
    hasty = EdgePolicy(timeout=0.2, retries=0, pool=Pool(eject=None))
    envoy.route(desired(hasty), users.instance("users"))
    before = reading(envoy)
    assert get("/slow", at=EDGE).status == 504
    assert since(before, reading(envoy))[EDGE] == Sample(1, 1)


def test_latencies_are_there_after_a_while(users: Any, envoy: Any, get: Any) -> None:
    for _ in range(3):
        get("/x", at=EDGE)
    wait_for(lambda: EDGE in reading(envoy).latencies, "latencies")
    assert since(Reading(), reading(envoy))[EDGE].timed == 3


def test_a_changed_cluster_begins_anew(users: Any, envoy: Any, upstream: Any, get: Any) -> None:
    for _ in range(3):
        get("/x", at=EDGE)
    before = reading(envoy)
    envoy.route(desired(CALM), users.instance("users"), upstream("more").instance("users"))
    get("/x", at=EDGE)
    assert since(before, reading(envoy))[EDGE].requests == 1

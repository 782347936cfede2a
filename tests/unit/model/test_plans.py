"""A plan is text that people read."""

from __future__ import annotations

import msgspec
import pytest

from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.plan import AnyOperation, Build, Forget, Plan, Publish, Start, Stop
from shoal.model.workload import Edge, Workload

OPERATIONS: tuple[AnyOperation, ...] = (
    Build(id="build api", cause="api is new or changed", artifact="k1"),
    Start(
        id="start api/0",
        cause="wanted, and not there",
        after=("build api", "db ready"),
        workload="api",
        revision="r1",
        index=0,
    ),
    Stop(id="stop api-0-a", cause="api changed", after=("publish mesh",), instance="api-0-a"),
    Forget(id="forget api-0-b", cause="its record is of no more use", instance="api-0-b"),
    Publish(id="publish mesh", cause="api-0-a leaves", version="v1"),
)


def test_a_line_per_operation_with_its_cause_and_what_it_waits_for() -> None:
    assert str(Plan(OPERATIONS)).splitlines() == [
        "build api: api is new or changed",
        "start api/0: wanted, and not there  [after build api, db ready]",
        "stop api-0-a: api changed  [after publish mesh]",
        "forget api-0-b: its record is of no more use",
        "publish mesh: api-0-a leaves",
    ]


def test_no_operations_are_said_too() -> None:
    assert str(Plan()) == "nothing to do"


def test_ready_is_what_waits_for_nothing() -> None:
    assert [op.id for op in Plan(OPERATIONS).ready()] == ["build api", "forget api-0-b", "publish mesh"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: type(op).__name__)
def test_operations_cross_a_wire_as_their_own_kind(operation: AnyOperation) -> None:
    wire = msgspec.json.encode(operation)
    assert msgspec.json.decode(wire, type=AnyOperation) == operation
    assert msgspec.json.decode(wire)["type"] == type(operation).__name__


def test_an_edges_id_names_its_port_unless_it_is_the_usual_one() -> None:
    assert Edge("a", "b").id == "a->b"
    assert Edge("a", "b", port="admin").id == "a->b:admin"


def test_things_are_found_by_name() -> None:
    api = Workload("api", "service")
    assert Desired("shop", workloads=(api,)).workload("api") is api
    assert Desired("shop").workload("api") is None
    one, other = Instance("a-0", "a", "service", "r"), Instance("b-0", "b", "service", "r")
    assert Observed((one, other)).of("b") == (other,)


def test_an_instance_is_alive_until_it_has_exited() -> None:
    phases = ("starting", "ready", "unready", "stopping", "exited")
    alive = [p for p in phases if Instance("a", "a", "service", "r", phase=p).alive]  # type: ignore[arg-type]
    assert alive == ["starting", "ready", "unready", "stopping"]


def test_an_endpoint_reads_as_people_write_it() -> None:
    assert str(Endpoint("127.0.0.1", 80)) == "127.0.0.1:80"

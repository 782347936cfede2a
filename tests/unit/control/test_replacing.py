"""A new revision takes the place of the old one; what is unchanged is not touched."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shoal.control.leaving import leaving
from shoal.control.reconcile import reconcile
from shoal.model.app import Port
from shoal.model.container import Mount
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.workload import Workload
from tests.unit.control.world import World, database, lines, running, seen, service, wanted

MESH = service("mesh", kind="mesh")


def changed(world: World, *workloads: Workload) -> None:
    world.desired = wanted(*workloads)
    world.history.clear()
    world.settle()


def test_a_service_is_replaced_one_by_one_and_never_below_its_replicas() -> None:
    world = World(wanted(MESH, service("api", replicas=2)))
    world.settle()
    world.desired = wanted(MESH, service("api", replicas=2, revision="r2"))
    while world.lap().operations:
        ready = [i for i in world.alive("api") if i.phase == "ready"]
        assert len(ready) >= 2
        assert len(world.alive("api")) <= 3
    assert {i.revision for i in world.alive("api")} == {"r2"}


def test_an_old_instance_leaves_the_mesh_before_it_is_stopped() -> None:
    world = World(wanted(MESH, service("api")))
    world.settle()
    changed(world, MESH, service("api", revision="r2"))
    assert world.history == ["start api/0", "publish mesh", "stop api-0-2"]
    # One publish does both: the new one joins and the old one leaves.


def test_a_database_is_stopped_before_its_successor_starts() -> None:
    world = World(wanted(database("db")))
    world.settle()
    changed(world, database("db", revision="r2"))
    assert world.history == ["stop db-0-1", "start db/0"]


def test_a_service_with_a_fixed_port_is_stopped_first_unless_its_numbers_are_its_own() -> None:
    for contained, expected in ((False, ["stop api-0-1", "start api/0"]), (True, ["start api/0", "stop api-0-1"])):
        world = World(wanted(fixed(contained)))
        world.settle()
        changed(world, fixed(contained, revision="r2"))
        assert [line for line in world.history if "api" in line] == expected


def fixed(contained: bool, **rest: Any) -> Workload:
    return msgspec.structs.replace(service("api", **rest), ports=(Port(number=80),), contained=contained)


@pytest.mark.parametrize(("mount", "replicas", "first"), [
    (Mount("/data", "data"), 1, "stop db-0-1"),
    (Mount("/data", "data", read_only=True), 1, "start db/0"),
    (Mount("/data", "/srv/data", "bind"), 1, "start db/0"),
    (Mount("/data", "data"), 2, "start db/0"),
])  # fmt: skip
def test_who_has_a_volume_to_itself_is_stopped_first(mount: Mount, replicas: int, first: str) -> None:
    def holding(revision: str) -> Workload:
        return msgspec.structs.replace(service("db", replicas=replicas, revision=revision), mounts=(mount,))

    world = World(wanted(holding("r1")))
    world.settle()
    changed(world, holding("r2"))
    assert world.history[0] == first


def test_a_restart_replaces_although_nothing_changed() -> None:
    world = World(wanted(MESH, service("api")))
    world.settle()
    api = msgspec.structs.replace(service("api"), nonce="again")
    world.desired = wanted(MESH, api)
    assert lines(world.lap()) == ["start api/0: api was restarted"]


def test_fewer_replicas_stop_the_highest_slots() -> None:
    world = World(wanted(service("api", replicas=3)))
    world.settle()
    changed(world, service("api", replicas=1))
    assert world.history == ["stop api-1-2", "stop api-2-3"]


def test_a_service_that_left_the_file_is_stopped() -> None:
    api = service("api")
    plan = reconcile(wanted(), seen(running(api)), None, now=1)
    assert lines(plan) == ["stop api-0-a: api is no longer wanted"]


def test_going_down_stops_callers_before_what_they_need() -> None:
    db, api = database("db"), service("api", after=("db",))
    plan = reconcile(Desired(app="shop"), seen(running(db), running(api)), None, now=1)
    assert lines(plan) == [
        "stop db-0-a: db is no longer wanted  [after stop api-0-a]",
        "stop api-0-a: api is no longer wanted",
    ]


def test_everything_goes_down_and_nothing_is_left() -> None:
    world = World(wanted(MESH, database("db"), service("api", after=("db",), replicas=2)))
    world.settle()
    world.desired = Desired(app="shop")
    world.settle()
    assert not any(i.alive for i in world.observed.instances)


def test_an_old_instance_stays_until_its_successor_is_ready() -> None:
    old, new = service("api"), service("api", revision="r2")
    observed = seen(running(old), running(new, phase="starting", id="api-0-b"))
    assert leaving(wanted(new), observed, 0.0) == {}


def test_an_empty_world_wants_nothing() -> None:
    assert str(reconcile(Desired(app="x"), Observed(), None, now=0)) == "nothing to do"


def test_what_has_a_fixed_port_is_stopped_before_its_successor_starts() -> None:
    ports = (Port("http", number=8080),)
    world = World(wanted(MESH, service("api", ports=ports)))
    world.settle()
    changed(world, MESH, service("api", ports=ports, revision="r2"))
    stop, start = world.history.index("stop api-0-2"), world.history.index("start api/0")
    assert world.history.index("publish mesh") < stop < start

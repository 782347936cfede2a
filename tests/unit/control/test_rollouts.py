"""From one release to the next: in order, never below strength, and back again when a part of it fails."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.control.rollout import Verdict, changed, steer
from shoal.model.app import Gateway, Port, Route
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.release import Orders
from shoal.model.workload import Edge, Workload
from tests.unit.control.test_any_app_comes_to_rest import apps, check
from tests.unit.control.world import World, database, job, lines, running, seen, service, wanted

MESH = service("mesh", kind="mesh")
BAD = frozenset(["bad"])


def up(*workloads: Workload, edges: tuple[Edge, ...] = (), **rest: Any) -> World:
    world = World(msgspec.structs.replace(wanted(MESH, *workloads), edges=edges, **rest))
    world.settle()
    return world


def release(world: World, *workloads: Workload, bad: frozenset[str] = BAD, **rest: Any) -> None:
    world.bad = bad
    world.release(msgspec.structs.replace(world.target, workloads=(MESH, *workloads), **rest))


def failed(found: Verdict) -> tuple[str, str]:
    """What failed, as which error."""
    assert found.state == "failed" and found.standing is not None
    return found.standing.workload, found.standing.error


def revisions(world: World, name: str) -> list[str]:
    return sorted(i.revision for i in world.alive(name))


def test_a_release_that_comes_up_is_done() -> None:
    world = up(service("api", replicas=2))
    release(world, service("api", replicas=2, revision="r2"))
    assert world.conclude().state == "done"
    world.settle()
    assert revisions(world, "api") == ["r2", "r2"]


def test_one_that_fails_is_taken_back_and_nothing_of_it_stays() -> None:
    world = up(service("api", replicas=3))
    release(world, service("api", replicas=3, revision="bad"))
    found = world.conclude()
    assert failed(found) == ("api", "StartFailed")
    world.settle()
    assert revisions(world, "api") == ["r1", "r1", "r1"]


def test_while_one_fails_the_stable_ones_are_all_there() -> None:
    world = up(service("api", replicas=3))
    before = {i.id for i in world.alive("api")}
    release(world, service("api", replicas=3, revision="bad"))
    world.conclude()
    world.settle()
    assert {i.id for i in world.alive("api")} == before, "no stable instance had to go"


def test_callees_come_before_their_callers() -> None:
    edges = (Edge("web", "posts"), Edge("posts", "users"))
    world = up(service("web"), service("posts"), service("users"), edges=edges)
    release(world, *(service(name, revision="r2") for name in ("web", "posts", "users")), edges=edges)
    world.conclude()
    starts = [line for line in world.history if line.startswith("start")]
    assert starts == ["start users/0", "start posts/0", "start web/0"]


def test_a_caller_waits_for_what_it_calls_indirectly() -> None:
    edges = (Edge("web", "posts"), Edge("posts", "users"))
    world = up(service("web"), service("posts"), service("users"), edges=edges)
    release(world, service("web", revision="r2"), service("posts"), service("users", revision="r2"), edges=edges)
    assert "start web/0: web changed  [after users rolled out]" in lines(world.lap())


def test_those_that_call_each_other_dont_wait_for_each_other() -> None:
    edges = (Edge("a", "b"), Edge("b", "a"))
    world = up(service("a"), service("b"), edges=edges)
    release(world, service("a", revision="r2"), service("b", revision="r2"), edges=edges)
    assert world.conclude().state == "done"


def test_a_part_that_fails_takes_back_those_that_had_come_before_it() -> None:
    edges = (Edge("web", "users"),)
    world = up(service("web"), service("users", replicas=2), edges=edges)
    release(world, service("web", revision="bad"), service("users", replicas=2, revision="r2"), edges=edges)
    found = world.conclude()
    assert failed(found) == ("web", "StartFailed")
    world.settle()
    assert revisions(world, "users") == ["r1", "r1"]


def test_migrations_wait_with_their_service() -> None:
    def posts(revision: str) -> tuple[Workload, ...]:
        migrate = msgspec.structs.replace(job("posts.migrate", revision=revision), owner="posts")
        return migrate, service("posts", after=("posts.migrate:done",), revision=revision)

    edges = (Edge("posts", "users"),)
    world = up(service("users"), *posts("r1"), edges=edges)
    release(world, service("users", revision="bad"), *posts("r2"), edges=edges)
    assert failed(world.conclude()) == ("users", "StartFailed")
    assert "start posts.migrate/0" not in world.history


def test_a_migration_that_fails_ends_the_release_and_goes_back_runs_none() -> None:
    def posts(revision: str) -> tuple[Workload, ...]:
        return job("posts.migrate", revision=revision), service(
            "posts", after=("posts.migrate:done",), revision=revision
        )

    world = up(*posts("r1"))
    release(world, *posts("bad"))
    found = world.conclude()
    assert failed(found) == ("posts.migrate", "JobFailed")
    world.history.clear()
    world.settle()
    assert [line for line in world.history if line.startswith("start")] == []
    assert revisions(world, "posts") == ["r1"]


def test_what_the_release_drops_stays_until_the_rest_is_done() -> None:
    edges = (Edge("web", "old"),)
    world = up(service("web"), service("old"), edges=edges)
    release(world, service("web", revision="bad"), edges=())
    world.conclude()
    world.settle()
    assert revisions(world, "old") == ["r1"]
    release(world, service("web", revision="r2"), edges=())
    while world.verdict().state == "going":
        assert {e.id for e in world.desired.edges} == {"web->old"}
        assert world.alive("old")
        world.lap()
    world.conclude()
    world.settle()
    assert not world.alive("old")


def test_a_stable_instance_that_crashes_meanwhile_is_started_again() -> None:
    world = up(service("api", replicas=2))
    release(world, service("api", replicas=2, revision="slow"))
    first = world.alive("api")[0]
    world.observed = seen(*(i for i in world.observed.instances if i.id != first.id))
    assert f"start api/{first.index} (stable): wanted, and not there" in lines(world.lap())


def test_a_database_that_cant_start_yet_is_kept() -> None:
    world = up(job("seed"), database("db", after=("seed:done",)))
    target = wanted(MESH, job("seed", revision="bad"), database("db", after=("seed:done",), revision="r2"))
    world.release(target)
    world.bad = BAD
    assert failed(world.conclude()) == ("seed", "JobFailed")
    assert revisions(world, "db") == ["r1"]


def test_a_database_that_fails_comes_back_as_it_was() -> None:
    world = up(database("db"))
    release(world, database("db", revision="bad"))
    assert world.conclude().state == "failed"
    world.settle()
    assert revisions(world, "db") == ["r1"]


def test_what_hangs_has_failed() -> None:
    old, new = service("api"), service("api", revision="r2")
    world = World(wanted(new))
    world.stable = wanted(old)
    world.observed = seen(running(old), running(new, phase="unready", id="api-0-b", stuck=True, reason="too late"))
    state, standing = world.verdict()
    assert state == "failed" and standing is not None
    assert (standing.why, standing.instance) == ("api-0-b: too late", "api-0-b")


def test_a_paused_rollout_goes_no_further_and_then_on() -> None:
    world = up(service("api", replicas=3))
    release(world, service("api", replicas=3, revision="r2"))
    for _ in range(2):
        world.lap()
    world.orders = Orders(paused=True)
    world.settle()
    assert revisions(world, "api") == ["r1", "r1", "r2"]
    assert world.verdict().state == "going"
    world.orders = Orders()
    assert world.conclude().state == "done"


def test_one_that_is_paused_before_it_began_runs_no_migration() -> None:
    migrate = msgspec.structs.replace(job("api.migrate", revision="r2"), owner="api")
    world = up(service("api"))
    release(world, migrate, service("api", after=("api.migrate:done",), revision="r2"))
    world.orders = Orders(paused=True)
    assert lines(world.lap()) == ["start api.migrate/0: wanted, and not there  [after the rollout goes on]"]
    assert world.history == []


def test_what_has_a_fixed_port_stays_while_its_rollout_is_paused() -> None:
    ports = (Port("http", number=8080),)
    world = up(service("api", ports=ports))
    release(world, service("api", ports=ports, revision="r2"))
    world.orders = Orders(paused=True)
    world.settle()
    assert revisions(world, "api") == ["r1"]


def test_a_route_leads_where_it_led_until_its_new_service_is_there() -> None:
    def gateway(*to: str) -> Gateway:
        return Gateway(routes=tuple(Route((f"/{n}",), to=name) for n, name in enumerate(to)))

    old, new = service("old"), service("new")
    stable = msgspec.structs.replace(wanted(old), gateway=gateway("old", "old"))
    target = msgspec.structs.replace(wanted(old, new), gateway=gateway("new"))

    def leads(observed: Observed) -> dict[str, str]:
        found = steer(target, stable, observed).gateway
        assert found is not None
        return {path: route.to for route in reversed(found.routes) for path in route.paths}

    assert leads(seen(running(old))) == {"/0": "old", "/1": "old"}
    assert leads(seen(running(old), running(new))) == {"/0": "new", "/1": "old"}


def test_nothing_is_kept_where_nothing_changed() -> None:
    one = wanted(service("api"))
    assert steer(one, one, Observed()) is one
    assert changed(one, one) == frozenset()


@pytest.mark.parametrize("bad", [frozenset(), frozenset(["service 2", "database 2", "job 2"])])
@settings(max_examples=150, deadline=None)
@given(first=apps(), second=apps(), crashed=st.integers(0, 5))
def test_from_any_release_to_any_other(first: Desired, second: Desired, crashed: int, bad: frozenset[str]) -> None:
    """With revision 2 of everything broken the first release, if that runs whole, is what is left."""
    world = World(first)
    if any(w.revision in bad for w in first.workloads):
        return
    world.settle()
    world.observed = msgspec.structs.replace(world.observed, instances=world.observed.instances[crashed:])
    world.bad = bad
    world.release(second)
    world.conclude()
    world.settle()
    check(world)

"""Whatever the app, and whatever happens to it: the loop comes to rest with just what was asked."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.model.desired import Desired
from shoal.model.workload import Workload
from tests.unit.control.world import World, database, job, service, wanted

NAMES = ("a", "b", "c", "d", "e")


@st.composite
def apps(draw: st.DrawFn) -> Desired:
    """Workloads that wait only for earlier ones, so that there is no circle."""
    workloads = [service("mesh", kind="mesh")]
    for name in NAMES[: draw(st.integers(1, 5))]:
        after = []
        for earlier in workloads[1:]:
            if draw(st.booleans()):
                after.append(f"{earlier.name}:done" if earlier.kind == "job" else earlier.name)
        make = draw(st.sampled_from([service, job, database]))
        extra: dict[str, Any] = {"replicas": draw(st.integers(0, 3))} if make is service else {}
        revision = f"{make.__name__} {draw(st.integers(1, 2))}"
        workloads.append(make(name, after=tuple(after), revision=revision, **extra))
    return without_impossible(workloads)


def without_impossible(workloads: list[Workload]) -> Desired:
    """Nothing waits for what has no replicas: it would wait for ever, and rightly."""
    empty = {w.name for w in workloads if not w.replicas}
    return wanted(
        *(msgspec.structs.replace(w, after=tuple(a for a in w.after if a.name not in empty)) for w in workloads)
    )


def check(world: World) -> None:
    for workload in world.desired.workloads:
        alive = world.alive(workload.name)
        if workload.kind != "job":
            assert len(alive) == workload.replicas, workload.name
        assert all(i.revision == workload.revision for i in alive)


@settings(max_examples=150, deadline=None)
@given(first=apps(), second=apps(), crashed=st.integers(0, 5))
def test_from_any_app_to_any_other(first: Desired, second: Desired, crashed: int) -> None:
    world = World(first)
    world.settle()
    check(world)
    survivors = world.observed.instances[crashed:]
    world.observed = msgspec.structs.replace(world.observed, instances=survivors)
    world.desired = second
    world.settle()
    check(world)


@settings(max_examples=100, deadline=None)
@given(app=apps())
def test_what_holds_data_never_runs_twice_and_nothing_starts_before_what_it_waits_for(app: Desired) -> None:
    world = World(app)
    for _ in range(40):
        for workload in app.workloads:
            alive = world.alive(workload.name)
            if workload.kind in ("backing", "mesh"):
                assert len(alive) <= 1
        if not world.lap().operations:
            break
    order = [line.removeprefix("start ").split("/")[0] for line in world.history if line.startswith("start")]
    for workload in app.workloads:
        for after in workload.after:
            if workload.name in order:
                assert order.index(after.name) < order.index(workload.name)

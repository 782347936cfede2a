"""A canary goes on when its time has come, and not before all of its instances are ready."""

from __future__ import annotations

import pytest

from shoal.control.rollout import steer
from shoal.control.stages import advanced, promoted, told
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.release import Orders, Stage
from shoal.model.strategy import Step, Strategy
from shoal.model.workload import Workload
from tests.unit.control.world import World, running, seen, service, wanted

CANARY = Strategy("canary", (Step(10, 60.0), Step(50, None)), "x-canary")
BLUE_GREEN = Strategy("blue-green", (Step(0, 0.0), Step(100, 60.0)))
OLD = service("web", replicas=4)
NEW = service("web", replicas=4, revision="r2", strategy=CANARY)


def at(orders: Orders, observed: Observed = Observed(), new: Workload = NEW) -> Desired:
    return steer(wanted(new), wanted(OLD), observed, orders)


def both(fresh: int, phase: str = "ready") -> Observed:
    """Four old instances and so many new ones."""
    old = [running(OLD, n) for n in range(4)]
    return seen(*old, *(running(NEW, n, phase, id=f"web-{n}-b") for n in range(fresh)))


@pytest.mark.parametrize(("step", "upto", "weight"), [(0, 1, 10), (1, 2, 50)])
def test_each_step_has_as_many_instances_as_its_share_of_the_requests(step: int, upto: int, weight: int) -> None:
    rollout = at(Orders(stages={"web": Stage(step)})).rollouts["web"]
    assert (rollout.upto, rollout.weight, rollout.beside, rollout.header) == (upto, weight, True, "x-canary")


def test_after_the_last_step_the_rest_follows_slot_by_slot() -> None:
    rollout = at(Orders(stages={"web": Stage(2)})).rollouts["web"]
    assert (rollout.upto, rollout.weight, rollout.beside) == (None, None, False)


def test_a_step_is_in_force_when_its_instances_are_ready() -> None:
    observed = both(1, "starting")
    assert advanced(at(Orders(), observed), observed, Orders(), 100.0).stages == {}
    observed = both(1)
    assert advanced(at(Orders(), observed), observed, Orders(), 100.0).stages == {"web": Stage(0, 100.0)}


def test_the_next_step_comes_when_its_time_has_come() -> None:
    observed, orders = both(1), Orders(stages={"web": Stage(0, 100.0)})
    assert advanced(at(orders, observed), observed, orders, 159.0) == orders
    assert advanced(at(orders, observed), observed, orders, 160.0).stages == {"web": Stage(1)}


def test_without_a_time_it_waits_for_somebodys_word() -> None:
    observed, orders = both(2), Orders(stages={"web": Stage(1, 100.0)})
    assert advanced(at(orders, observed), observed, orders, 1e9) == orders
    assert promoted(at(orders, observed), orders, ["web"], whole=False).stages == {"web": Stage(2)}


def test_a_pause_stops_its_clock_and_promoting_whole_skips_all_steps() -> None:
    observed, orders = both(1), Orders(paused=True, stages={"web": Stage(0, 100.0)})
    assert advanced(at(orders, observed), observed, orders, 1e9) == orders
    assert promoted(at(orders, observed), orders, ["web"], whole=True) == Orders(stages={"web": Stage(2)})


def test_the_stable_ones_stay_in_full_strength_beside_a_canary() -> None:
    world = World(wanted(OLD))
    world.settle()
    world.release(wanted(NEW))
    for _ in range(10):
        world.lap()
    assert sorted(i.revision for i in world.alive("web")) == ["r1"] * 4 + ["r2"]
    world.orders = Orders(stages={"web": Stage(2)})
    assert world.conclude().state == "done"
    assert [i.revision for i in world.alive("web")] == ["r2"] * 4


def test_a_canary_that_dies_takes_the_release_back() -> None:
    world = World(wanted(OLD))
    world.settle()
    before = {i.id for i in world.alive("web")}
    world.bad = frozenset(["r2"])
    world.release(wanted(NEW))
    assert world.conclude().state == "failed"
    world.settle()
    assert {i.id for i in world.alive("web")} == before


def test_blue_green_starts_all_new_ones_before_any_request_goes_there() -> None:
    new = service("web", replicas=4, revision="r2", strategy=BLUE_GREEN)
    first = at(Orders(), new=new).rollouts["web"]
    assert (first.upto, first.weight) == (4, 0)
    second = at(Orders(stages={"web": Stage(1)}), new=new).rollouts["web"]
    assert (second.upto, second.weight, second.beside) == (4, 100, True)


def test_steps_are_told_when_they_come_into_force() -> None:
    def says(before: Orders, after: Orders) -> list[tuple[str, str]]:
        return told(wanted(NEW), before, after)

    begun = Orders(stages={"web": Stage(0, 100.0)})
    assert says(Orders(), begun) == [("web", "1 of 2: 10 % of the requests go to the new revision, for 60 s")]
    assert says(begun, Orders(stages={"web": Stage(1)})) == []
    assert says(begun, Orders(stages={"web": Stage(2)})) == [("web", "the last step is over: the rest follows")]

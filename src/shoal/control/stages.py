"""The steps of a canary or of blue-green: when one is in force, and when the next one's time has come. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from shoal.control.facts import open_slots, ready_up_to
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.release import Orders, Stage
from shoal.model.strategy import Step


def staged(desired: Desired) -> tuple[str, ...]:
    """Services that are at a step of their strategy."""
    return tuple(name for name, rollout in desired.rollouts.items() if rollout.beside)


def in_force(name: str, desired: Desired, observed: Observed) -> bool:
    """Whether all instances that the step asks for are ready."""
    workload = desired.workload(name)
    assert workload is not None
    return ready_up_to(workload, open_slots(workload, desired), observed)


def advanced(
    desired: Desired, observed: Observed, orders: Orders, now: float, passed: Callable[[str], bool] = lambda name: True
) -> Orders:
    """With the steps noted that came into force since, and those begun whose time has come, unless they haven't
    `passed` yet."""
    if orders.paused:
        return orders
    stages = dict(orders.stages)
    for name in staged(desired):
        stage, workload = stages.get(name, Stage()), desired.workload(name)
        if workload is None or not in_force(name, desired, observed):
            continue
        hold = workload.strategy.steps[stage.step].hold
        since = stage.since or now
        over = hold is not None and now - since >= hold and passed(name)
        stages[name] = Stage(stage.step + 1) if over else Stage(stage.step, since)
    return msgspec.structs.replace(orders, stages=stages)


def told(desired: Desired, before: Orders, after: Orders) -> list[tuple[str, str]]:
    """Service and words, for each that came to another step, or whose step came into force."""
    out = []
    for name, stage in after.stages.items():
        workload = desired.workload(name)
        if workload is None or stage == before.stages.get(name):
            continue
        steps = workload.strategy.steps
        if stage.step >= len(steps):
            out.append((name, "the last step is over: the rest follows"))
        elif stage.since:
            out.append((name, f"{stage.step + 1} of {len(steps)}: {_words(steps[stage.step])}"))
    return out


def _words(step: Step) -> str:
    share = f"{step.weight} % of the requests go to the new revision"
    if step.hold is None:
        return f"{share}, until `shoal rollout promote`"
    return f"{share}, for {step.hold:g} s" if step.hold else share


def promoted(desired: Desired, orders: Orders, names: Iterable[str], *, whole: bool) -> Orders:
    """With the next step of these; `whole`: with all the others behind them."""
    stages = dict(orders.stages)
    for name in names:
        workload = desired.workload(name)
        assert workload is not None
        following = stages.get(name, Stage()).step + 1
        stages[name] = Stage(len(workload.strategy.steps) if whole else following)
    return msgspec.structs.replace(orders, paused=False, stages=stages)

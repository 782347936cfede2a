"""The way from one release to the next, pure: what should run at this moment, and how far that has come.

Every service that changed keeps its stable revision until the new one is there. Callees come before their callers, and
what the new release doesn't name any more stays until all the rest has been done. A release is one thing: when a part
of it fails, nothing of it stays.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import msgspec

from shoal.control.facts import current, rolled_out, slots
from shoal.control.progress import OVER, Standing, standings
from shoal.desired.graph import closure
from shoal.model.app import Gateway, Route
from shoal.model.desired import Desired, Rollout
from shoal.model.observed import Observed
from shoal.model.release import Orders, Stage
from shoal.model.workload import Workload


class Verdict(NamedTuple):
    """`standing` is of what failed, or of what is waited for."""

    state: Literal["going", "done", "failed"]
    standing: Standing | None = None


def steer(target: Desired, stable: Desired | None, observed: Observed, orders: Orders = Orders()) -> Desired:
    """What should run now, to come from `stable` (None: there is none to keep) to `target`."""
    if stable is None or not (changed(target, stable) or _dropped(target, stable)):
        return target
    pairs = _pairs(target, stable)
    needs = _needs(target)
    below = {name: closure(needs.get(name, ()), needs) for name in pairs}
    rollouts = {
        name: _staged(Rollout(old, after=_after(name, below)), target.workload(name), orders)
        for name, old in pairs.items()
    }
    whole = msgspec.structs.replace(target, rollouts=_frozen(target, rollouts, observed, orders))
    return _with_the_old(whole, stable, observed)


def _staged(rollout: Rollout, new: Workload | None, orders: Orders) -> Rollout:
    """As the strategy's step has it; after the last one it goes on slot by slot."""
    assert new is not None
    stage, strategy = orders.stages.get(new.name, Stage()), new.strategy
    if stage.step >= len(strategy.steps):
        return rollout
    weight = strategy.steps[stage.step].weight
    whole = strategy.kind == "blue-green"
    count = slots(new) if whole else max(1, math.ceil(slots(new) * weight / 100))
    return msgspec.structs.replace(rollout, upto=count, beside=True, weight=weight, header=strategy.header)


def changed(target: Desired, stable: Desired) -> frozenset[str]:
    """Names of workloads that are new or of another revision."""
    old = {w.name: w.revision for w in stable.workloads}
    return frozenset(w.name for w in target.workloads if old.get(w.name) != w.revision)


def verdict(target: Desired, stable: Desired, observed: Observed, now: float) -> Verdict:
    """How a release stands that is on its way."""
    news = changed(target, stable)
    mine = [s for s in standings(target, observed, now) if s.workload in news]
    failed = next((s for s in mine if s.state == "failed"), None)
    if failed is not None:
        return Verdict("failed", failed)
    hopeless = next((found for s in mine if (found := _hopeless(s, target, observed))), None)
    if hopeless is not None:
        return Verdict("failed", hopeless)
    # Old instances that are still ending keep nobody waiting.
    waits = next((s for s in mine if s.state not in OVER), None)
    return Verdict("going", waits) if waits else Verdict("done")


def _hopeless(standing: Standing, target: Desired, observed: Observed) -> Standing | None:
    """As failed, where an instance of the new revision has to be replaced: it never became ready, or hangs."""
    workload = target.workload(standing.workload)
    found = current(workload, observed).values() if workload else ()
    stuck = next((i for i in found if i.stuck), None)
    if stuck is None:
        return None
    why = f"{stuck.id}: {stuck.reason}"
    return msgspec.structs.replace(standing, state="failed", why=why, error="StartFailed", instance=stuck.id)


def _pairs(target: Desired, stable: Desired) -> dict[str, Workload]:
    """Workload -> its stable revision, of those that have another one now."""
    old = {w.name: w for w in stable.workloads}
    return {
        w.name: _as_many(old[w.name], w)
        for w in target.workloads
        if w.kind != "job" and slots(w) and w.name in old and old[w.name].revision != w.revision
    }


def _as_many(stable: Workload, new: Workload) -> Workload:
    """Never more than are wanted now."""
    return msgspec.structs.replace(stable, replicas=min(stable.replicas, new.replicas))


def _needs(target: Desired) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for edge in target.edges:
        found.setdefault(edge.caller, set()).add(edge.callee)
    return {name: frozenset(callees) for name, callees in found.items()}


def _after(name: str, below: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """The others that it calls, directly or not (`below`); of those that call each other none waits."""
    return tuple(sorted(other for other, its in below.items() if other in below[name] and name not in (other, *its)))


def _frozen(target: Desired, rollouts: dict[str, Rollout], observed: Observed, orders: Orders) -> dict[str, Rollout]:
    """A paused rollout goes no further than it has come."""
    if not orders.paused:
        return rollouts
    out = {}
    for name, rollout in rollouts.items():
        workload = target.workload(name)
        filled = current(workload, observed) if workload else {}
        come = max(filled, default=-1) + 1
        out[name] = msgspec.structs.replace(rollout, upto=come if rollout.upto is None else min(rollout.upto, come))
    return out


def _dropped(target: Desired, stable: Desired) -> tuple[Workload, ...]:
    """What the new release knows nothing of any more."""
    known = {w.name for w in target.workloads}
    return tuple(w for w in stable.workloads if w.name not in known and w.kind != "job" and w.when == "up")


def _with_the_old(target: Desired, stable: Desired, observed: Observed) -> Desired:
    """With what goes only when all else is done: what is not named any more, edges of old instances, old routes."""
    stays = _dropped(target, stable)
    edges = {edge.id: edge for edge in stable.edges} | {edge.id: edge for edge in target.edges}
    artifacts = {a.key: a for a in (*stable.artifacts, *target.artifacts)}
    return msgspec.structs.replace(
        target,
        workloads=(*target.workloads, *stays),
        edges=tuple(edges[key] for key in sorted(edges)),
        artifacts=tuple(artifacts.values()),
        gateway=_gateway(target, stable, observed),
    )


def _gateway(target: Desired, stable: Desired, observed: Observed) -> Gateway | None:
    """The new one's, but a route that was there leads where it led until its new service has been rolled out."""
    new, old = target.gateway, stable.gateway
    if new is None or old is None:
        return new or old
    places = {place: route for route in new.routes for place in _places(route)}
    waiting = {place for place, route in places.items() if route.to and not rolled_out(route.to, target, observed)}
    kept = tuple(
        msgspec.structs.replace(route, hosts=(host,) if host else (), paths=(path,))
        for route in old.routes
        for host, path in _places(route)
        if (host, path) in waiting or (host, path) not in places
    )
    # Of two for the same place the first wins.
    return msgspec.structs.replace(new, routes=(*kept, *new.routes))


def _places(route: Route) -> list[tuple[str, str]]:
    return [(host, path) for host in route.hosts or ("",) for path in route.paths]

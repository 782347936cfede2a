"""What the answers of probes say about an instance. Pure."""

from __future__ import annotations

import msgspec

from shoal.model.app import Probe, Probes
from shoal.model.observed import Instance


class Judgement(msgspec.Struct, frozen=True):
    """`started`: the startup probe (or, without one, the readiness probe) has said yes once. `misses` counts noes in a
    row of the probe now asked; `ready` and `stuck` are the verdicts, `why` the last no."""

    started: bool = False
    ready: bool = False
    stuck: bool = False
    misses: int = 0
    live_misses: int = 0
    why: str = ""


def first(probes: Probes) -> Probe | None:
    """The probe that says that an instance has started."""
    return probes.startup or probes.ready


def askable(probes: Probes, instance: Instance) -> Probes:
    """The probes that can be asked of this instance: what one that is attached prints, nobody sees."""
    if not instance.attached:
        return probes
    startup, ready = (None if p and p.kind == "log" else p for p in (probes.startup, probes.ready))
    return msgspec.structs.replace(probes, startup=startup, ready=ready)


def after_first(probes: Probes, before: Judgement, problem: str, age: float) -> Judgement:
    """An answer while the instance starts. `age` is seconds since its start."""
    probe = first(probes)
    assert probe is not None
    if not problem:
        ready = probes.ready is None or probes.startup is None
        return Judgement(started=True, ready=ready)
    late = age > probe.grace
    why = f"never became ready within {probe.grace:g} s: {problem}" if late else problem
    return Judgement(stuck=late, misses=before.misses + 1, why=why)


def resumed(probes: Probes, *, ready: bool) -> Judgement:
    """Of one that has started before anybody of us asked, and was `ready` at last."""
    return Judgement(started=True, ready=ready or probes.ready is None)


def after_ready(probe: Probe, before: Judgement, problem: str) -> Judgement:
    """An answer of the readiness probe of a started instance: out after `failures` noes, in with one yes."""
    if before.stuck:
        return before
    if not problem:
        return msgspec.structs.replace(before, ready=True, misses=0, why="")
    misses = before.misses + 1
    return msgspec.structs.replace(before, ready=before.ready and misses < probe.failures, misses=misses, why=problem)


def after_live(probe: Probe, before: Judgement, problem: str) -> Judgement:
    """An answer of the liveness probe: `failures` noes in a row, and the instance must be replaced."""
    if not problem:
        return msgspec.structs.replace(before, live_misses=0)
    misses = before.live_misses + 1
    if misses < probe.failures:
        return msgspec.structs.replace(before, live_misses=misses)
    why = f"its liveness probe failed {misses} times: {problem}"
    return msgspec.structs.replace(before, live_misses=misses, stuck=True, ready=False, why=why)


def judged(instance: Instance, judgement: Judgement) -> Instance:
    """The instance with the phase that its probes give it."""
    if instance.phase != "starting":
        return instance
    started = "unready" if judgement.started else "starting"
    return msgspec.structs.replace(
        instance,
        phase="ready" if judgement.ready else started,
        stuck=judgement.stuck,
        reason=judgement.why or instance.reason,
    )

"""`strategy` of a service → Strategy."""

from __future__ import annotations

import re

from msgspec import UNSET

from shoal.errors import WrongType
from shoal.model.analysis import Analysis
from shoal.model.app import Port, Probes
from shoal.model.strategy import Step, Strategy
from shoal.spec.analysis import analysis_of
from shoal.spec.facts import Facts
from shoal.spec.models import ServiceEntry
from shoal.spec.models.strategy import StrategyEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote

CANARY = (Step(10, 60.0), Step(50, 60.0))
AFTER_SWITCH = 60.0

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def strategy_of(
    service: ServiceEntry, ports: tuple[Port, ...] | None, probes: Probes, path: Path, facts: Facts
) -> Strategy:
    """`ports` and `probes` are the service's."""
    written = service.strategy
    if written is UNSET:
        return Strategy()
    here = (*path, "strategy")
    entry = written if isinstance(written, StrategyEntry) else StrategyEntry(type=written)
    if entry.type != "rolling":
        _check_service(ports, here, facts)
    _check_entry(entry, here, facts)
    steps = {"rolling": (), "canary": _steps(entry), "blue-green": (Step(0, 0.0), Step(100, _after_switch(entry)))}
    analysis = None if entry.type == "rolling" else _analysis(entry, probes, ports, here, facts)
    return Strategy(entry.type, steps[entry.type], entry.header.lower(), analysis)


def _analysis(
    entry: StrategyEntry, probes: Probes, ports: tuple[Port, ...] | None, path: Path, facts: Facts
) -> Analysis | None:
    """Connections alone, without requests, say nothing of how they are answered."""
    if entry.analysis is False or (ports and all(port.protocol == "tcp" for port in ports)):
        return None
    written = UNSET if entry.analysis is True else entry.analysis
    return analysis_of(written, probes, (*path, "analysis"), facts)


def _steps(entry: StrategyEntry) -> tuple[Step, ...]:
    written = (Step(step.weight, None if step.for_ is UNSET else float(step.for_)) for step in entry.steps)
    return tuple(written) or CANARY


def _after_switch(entry: StrategyEntry) -> float:
    return AFTER_SWITCH if entry.for_ is UNSET else float(entry.for_)


def _check_service(ports: tuple[Port, ...] | None, path: Path, facts: Facts) -> None:
    """What can't run beside itself, and what nobody sends requests to."""
    fixed = next((port for port in ports or () if port.number), None)
    if fixed and facts.target == "process":
        what = f"new instances can't run beside the old ones: port {fixed.name} has the number {fixed.number}"
        facts.problem(WrongType, path, what, "leave the number out, or the strategy")
    elif ports == ():
        what = "it has no port, so there are no requests to share out"
        facts.problem(WrongType, path, what, "leave it out: a worker is replaced one instance after the other")


def _check_entry(entry: StrategyEntry, path: Path, facts: Facts) -> None:
    if entry.steps and entry.type != "canary":
        facts.problem_at_key(WrongType, (*path, "steps"), f"means nothing with {entry.type}", "steps are a canary's")
    if entry.for_ is not UNSET and entry.type != "blue-green":
        facts.problem_at_key(WrongType, (*path, "for"), f"means nothing with {entry.type}", "write it in a step")
    if entry.analysis is not UNSET and entry.type == "rolling":
        facts.problem_at_key(WrongType, (*path, "analysis"), "means nothing with rolling", "say `type: canary`")
    if entry.header and entry.type == "rolling":
        facts.problem_at_key(WrongType, (*path, "header"), "means nothing with rolling")
    if entry.header and not _HEADER.fullmatch(entry.header):
        facts.problem(WrongType, (*path, "header"), f"{quote(entry.header)} is no name of a header", "such as x-canary")
    for n, (before, step) in enumerate(zip(entry.steps, entry.steps[1:], strict=False), start=1):
        if step.weight <= before.weight:
            what = f"a step's weight must be more than that of the step before ({before.weight}), not {step.weight}"
            facts.problem(WrongType, (*path, "steps", n, "weight"), what)

"""`analysis` → Analysis."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.analysis import Analysis
from shoal.model.app import Probes
from shoal.spec.facts import Facts
from shoal.spec.models.analysis import AnalysisEntry, LatencyEntry
from shoal.spec.scalars import Frequency
from shoal.spec.tree import Path
from shoal.spec.words import quote

MOST = 1000
"""Requests of its own a second: more would be a load test."""


def analysis_of(entry: AnalysisEntry | UnsetType, probes: Probes, path: Path, facts: Facts) -> Analysis:
    """What is written, the rest by default. `probes` are the service's."""
    if entry is UNSET:
        return Analysis()
    given: dict[str, Any] = {} if entry.failures is UNSET else {"failures": float(entry.failures)}
    given |= {} if entry.minimum is UNSET else {"minimum": entry.minimum}
    given |= _latency(entry.latency, (*path, "latency"), facts)
    given |= _own(entry, (*path, "probes"), facts)
    given |= _asked(entry, (*path, "path"), facts)
    found = Analysis(**given)
    _check_askable(entry, found, probes, path, facts)
    return found


def _latency(entry: LatencyEntry | UnsetType, path: Path, facts: Facts) -> dict[str, Any]:
    if entry is UNSET:
        return {}
    if entry.quantile is not UNSET and not 0 < entry.quantile < 100:
        what = f"must be more than 0 and less than 100 %, got {entry.quantile:g}"
        facts.problem(WrongType, (*path, "quantile"), what, "95% leaves the slowest of 20 out")
    if entry.factor is not UNSET and entry.factor < 1:
        what = f"must be at least 1, got {entry.factor:g}: nobody is surely faster than the stable ones"
        facts.problem(WrongType, (*path, "factor"), what)
    keys = ("quantile", "factor", "slack")
    return {key: float(value) for key in keys if (value := getattr(entry, key)) is not UNSET}


def _own(entry: AnalysisEntry, path: Path, facts: Facts) -> dict[str, Any]:
    if isinstance(entry.probes, bool):
        return {} if entry.probes else {"own": 0.0}
    if not isinstance(entry.probes, Frequency):
        return {}
    rate = entry.probes.limit / entry.probes.period
    if rate > MOST:
        facts.problem(WrongType, path, f"must be {MOST}/s at most, got {rate:g}/s")
    return {"own": rate}


def _asked(entry: AnalysisEntry, path: Path, facts: Facts) -> dict[str, Any]:
    if entry.path is UNSET:
        return {}
    if not entry.path.startswith("/") and not facts.report.broken(path):
        facts.problem(WrongType, path, f"expected a path such as /health, got {quote(entry.path)}")
    return {"path": entry.path}


def _check_askable(entry: AnalysisEntry, found: Analysis, probes: Probes, path: Path, facts: Facts) -> None:
    """Whoever writes how often must be able to get it."""
    http = probes.ready is not None and probes.ready.kind == "http"
    if found.path and not found.own:
        facts.problem_at_key(WrongType, (*path, "path"), "nothing is asked for with `probes: false`", "leave one out")
    elif found.own and entry.probes is not UNSET and not found.path and not http:
        what = "there is nothing to ask for: the service has no readiness probe by http"
        facts.problem_at_key(WrongType, (*path, "probes"), what, "say what, such as `path: /health`")

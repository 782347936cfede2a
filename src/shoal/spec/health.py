"""`health`, `restart` and `stop` → Probes, Restart, Stop."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET

from shoal.errors import WrongType
from shoal.model.app import Probe, Probes, Restart, Stop
from shoal.spec.facts import Facts
from shoal.spec.models import HealthEntry, ProbeEntry, RestartEntry, StopEntry
from shoal.spec.ports import check_port
from shoal.spec.tree import Path
from shoal.spec.words import quote, suggestion

SIGNALS = tuple("SIG" + name for name in ("TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "KILL"))

Policy = Literal["always", "on-failure", "no"]


def probes_of(owner: str, health: HealthEntry, path: Path, facts: Facts) -> Probes:
    """The three probes of a service, where they are written."""
    found: dict[str, Probe] = {}
    for key in ("startup", "ready", "live"):
        entry = getattr(health, key)
        if entry is not UNSET and not (isinstance(entry, str) and facts.report.broken((*path, key))):
            found[key] = _probe(owner, key, entry, (*path, key), facts)
    return Probes(**found)


def _probe(owner: str, key: str, entry: str | ProbeEntry, path: Path, facts: Facts) -> Probe:
    if isinstance(entry, str):
        _check_path(entry, path, facts)
        check_port("", owner, path, facts)
        return Probe("http", path=entry)
    if key == "live" and entry.grace is not UNSET:
        what = "a live probe has no grace: it counts from the first yes of `startup` or `ready`"
        facts.problem_at_key(WrongType, (*path, "grace"), what)
    kind = _kind(entry, path, facts)
    port = entry.tcp if isinstance(entry.tcp, str) else entry.port
    at = next((key for key in ("port", "tcp") if getattr(entry, key) == port and port), "")
    check_port(port, owner, (*path, at) if at else path, facts)
    request = entry.http if isinstance(entry.http, str) else "/"
    return Probe(kind, port, request, **_timing(entry, path, facts))


def _kind(entry: ProbeEntry, path: Path, facts: Facts) -> Literal["http", "tcp"]:
    if facts.report.broken(path):
        return "http"
    asks = [key for key in ("http", "tcp") if getattr(entry, key) not in (UNSET, False)]
    if len(asks) != 1:
        facts.problem(WrongType, path, "expected either `http` or `tcp`", "{http: /path} or {tcp: true}")
    if isinstance(entry.http, str):
        _check_path(entry.http, (*path, "http"), facts)
    elif entry.tcp is not UNSET and isinstance(entry.tcp, str) and entry.port:
        facts.problem_at_key(WrongType, (*path, "port"), "`tcp` names the port already")
    return "tcp" if asks == ["tcp"] else "http"


def _check_path(text: str, path: Path, facts: Facts) -> None:
    if not text.startswith("/") and not facts.report.broken(path):
        facts.problem(WrongType, path, f"expected a path such as /health, got {quote(text)}")


def _timing(entry: ProbeEntry, path: Path, facts: Facts) -> dict[str, Any]:
    """What is written of every, timeout, failures and grace; a pause or a time limit of 0 makes no sense."""
    found = {}
    for key in ("every", "timeout", "failures", "grace"):
        value = getattr(entry, key)
        if value is UNSET:
            continue
        if value == 0 and key != "grace":
            facts.problem(WrongType, (*path, key), "must be more than 0")
        found[key] = float(value) if isinstance(value, float) else value
    return found


def restart_of(written: object, kind: str, path: Path, facts: Facts) -> Restart:
    """Policy and pauses. A job ends once and for all unless told otherwise."""
    default: Policy = "no" if kind == "job" else "always"
    entry = written if isinstance(written, RestartEntry) else RestartEntry(policy=written)  # type: ignore[arg-type]
    here = (*path, "policy") if isinstance(written, RestartEntry) else path
    policy: Policy = default if entry.policy is UNSET else _policy(entry.policy, here, facts)
    if kind == "job" and policy == "always":
        facts.problem(WrongType, here, "a job ends: it can't restart always", "on-failure or no")
    pauses = {key: float(value) for key in ("backoff", "longest") if (value := getattr(entry, key)) is not UNSET}
    found = Restart(policy, **pauses)
    if found.backoff > found.longest:
        what = f"the first pause ({found.backoff:g}s) is longer than the longest ({found.longest:g}s)"
        facts.problem(WrongType, path, what)
    return found


def _policy(written: Policy | bool, path: Path, facts: Facts) -> Policy:
    # `no` without quotes is false to YAML 1.1, so people write either.
    if written is True:
        facts.problem(WrongType, path, "expected always, on-failure or no, got true", "write `always`")
    return "no" if isinstance(written, bool) else written


def stop_of(entry: StopEntry, path: Path, facts: Facts) -> Stop:
    """Signal and grace."""
    default = Stop()
    signal = entry.signal.upper() or default.signal
    signal = signal if signal.startswith("SIG") else f"SIG{signal}"
    if signal not in SIGNALS:
        hint = suggestion(signal, SIGNALS, "there are")
        facts.problem(WrongType, (*path, "signal"), f"there is no signal {quote(entry.signal)}", hint)
    return Stop(signal, default.grace if entry.grace is UNSET else float(entry.grace))

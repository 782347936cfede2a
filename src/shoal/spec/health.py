"""`health`, `restart` and `stop` → Probes, Restart, Stop."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET

from shoal.errors import WrongType
from shoal.model.app import Probe, Probes, Restart, Stop
from shoal.model.expression import SYNTAX, expression
from shoal.spec.commands import words_of
from shoal.spec.facts import Facts
from shoal.spec.models import HealthEntry, ProbeEntry, RestartEntry, StopEntry
from shoal.spec.ports import check_port
from shoal.spec.references import Caller
from shoal.spec.tree import Path
from shoal.spec.words import either, quote, suggestion

SIGNALS = tuple("SIG" + name for name in ("TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "KILL"))

Kind = Literal["http", "tcp", "grpc", "exec", "log"]
KINDS: tuple[Kind, ...] = ("http", "tcp", "grpc", "exec", "log")

Policy = Literal["always", "on-failure", "no"]


def probes_of(caller: Caller, health: HealthEntry, path: Path, facts: Facts) -> Probes:
    """The three probes of a service, where they are written."""
    found: dict[str, Probe] = {}
    for key in ("startup", "ready", "live"):
        entry = getattr(health, key)
        if entry is not UNSET and not (isinstance(entry, str) and facts.report.broken((*path, key))):
            found[key] = _probe(caller, key, entry, (*path, key), facts)
    return Probes(**found)


def _probe(caller: Caller, key: str, entry: str | ProbeEntry, path: Path, facts: Facts) -> Probe:
    if isinstance(entry, str):
        _check_path(entry, path, facts)
        check_port("", caller.name, path, facts)
        return Probe("http", path=entry)
    if key == "live" and entry.grace is not UNSET:
        what = "a live probe has no grace: it counts from the first yes of `startup` or `ready`"
        facts.problem_at_key(WrongType, (*path, "grace"), what)
    kind = _kind(entry, path, facts)
    if kind is None:
        return Probe("http", **_timing(entry, path, facts))
    if kind == "log" and key == "live":
        what = "a log tells that something has happened, not that an instance still lives"
        facts.problem_at_key(WrongType, (*path, "log"), what, "use it in `startup` or `ready`")
    return Probe(kind, **_question(kind, caller, entry, path, facts), **_timing(entry, path, facts))


def _kind(entry: ProbeEntry, path: Path, facts: Facts) -> Kind | None:
    asks = [key for key in KINDS if getattr(entry, key) not in (UNSET, False)]
    if len(asks) != 1 and not facts.report.broken(path):
        hint = "{http: /path}, {tcp: true}, {grpc: true}, {exec: [...]} or {log: regular expression}"
        facts.problem(WrongType, path, f"expected exactly one of {either(KINDS, 'and')}", hint)
    return asks[0] if len(asks) == 1 else None


def _question(kind: Kind, caller: Caller, entry: ProbeEntry, path: Path, facts: Facts) -> dict[str, Any]:
    """What is asked, and at which port."""
    if kind in ("exec", "log"):
        if entry.port:
            what = f"means nothing here: `{kind}` asks at no port"
            facts.problem_at_key(WrongType, (*path, "port"), what)
        return _command(caller, entry, path, facts) if kind == "exec" else _pattern(entry, path, facts)
    if isinstance(entry.tcp, str) and entry.port:
        facts.problem_at_key(WrongType, (*path, "port"), "`tcp` names the port already")
    port = entry.tcp if isinstance(entry.tcp, str) else entry.port
    at = next((key for key in ("port", "tcp") if getattr(entry, key) == port and port), "")
    check_port(port, caller.name, (*path, at) if at else path, facts)
    if isinstance(entry.http, str):
        _check_path(entry.http, (*path, "http"), facts)
        return {"port": port, "path": entry.http}
    return {"port": port, "service": entry.grpc} if isinstance(entry.grpc, str) else {"port": port}


def _command(caller: Caller, entry: ProbeEntry, path: Path, facts: Facts) -> dict[str, Any]:
    assert entry.exec is not UNSET
    words = words_of(entry.exec, (*path, "exec"), caller, facts)
    if not words and not facts.report.broken((*path, "exec")):
        facts.problem(WrongType, (*path, "exec"), "expected a command, got nothing", "exec: [./check, --quick]")
    return {"command": words}


def _pattern(entry: ProbeEntry, path: Path, facts: Facts) -> dict[str, Any]:
    assert isinstance(entry.log, str)
    try:
        expression(entry.log)
    except ValueError as problem:
        what = f"{quote(entry.log)} is no regular expression: {problem}"
        facts.problem(WrongType, (*path, "log"), what, SYNTAX)
    return {"pattern": entry.log}


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

"""What the file says of requests → EdgePolicy, for entries of `needs`, their rules and the gateway's routes alike."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec import UNSET, structs

from shoal.errors import WrongType
from shoal.model.app import Protocol
from shoal.model.policy import EdgePolicy, Ejection, Fault, Mirror, Pool, Rate
from shoal.spec.facts import Facts
from shoal.spec.models.policy import (
    EjectEntry,
    MirrorEntry,
    PolicyEntry,
    RateEntry,
    RequestsEntry,
    RetriesEntry,
)
from shoal.spec.ports import port_meant, protocol
from shoal.spec.scalars import Frequency
from shoal.spec.targets import target
from shoal.spec.tree import Path
from shoal.spec.words import either, quote

KEYS = PolicyEntry.__struct_fields__
TWICE = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
"""What HTTP itself says may be done twice (RFC 9110, 9.2.2)."""

# Keys, dotted, that say something about HTTP alone; and those that would send a gRPC call twice.
_OF_HTTP = ("timeout", "try_timeout", "retries.after", "retries.methods", "mirror", "fault",
            "breaker.requests", "breaker.waiting", "rules")  # fmt: skip
_NOT_OF_GRPC = ("try_timeout", "retries.after", "retries.methods")


class Where(NamedTuple):
    """An entry's place in the file, and the service that its requests go to (empty: none that is known)."""

    path: Path
    service: str
    port: str
    facts: Facts

    def spoken(self) -> Protocol:
        return protocol(self.service, self.port, self.facts)

    def wrong(self, key: str, what: str, hint: str = "") -> None:
        path = (*self.path, *key.split("."))
        if not self.facts.report.broken(path):
            self.facts.problem_at_key(WrongType, path, what, hint)


def policy(entry: RequestsEntry, where: Where, otherwise: EdgePolicy = EdgePolicy()) -> EdgePolicy:
    """The policy of an edge, a route or a rule; what isn't written is as in `otherwise`."""
    _check_protocol(entry, where)
    given: dict[str, Any] = {"pool": otherwise.pool}
    given |= {key: float(value) for key in ("timeout", "try_timeout") if (value := getattr(entry, key)) is not UNSET}
    given |= _retries(entry, where)
    given |= {"rate": _rate(entry.rate)} if entry.rate is not UNSET else {}
    given |= {"mirror": _mirror(entry.mirror, where)} if entry.mirror is not UNSET else {}
    given |= _fault(entry, where)
    if isinstance(entry, PolicyEntry):
        given["pool"] = _pool(entry, where)
    found = structs.replace(otherwise, **given)
    _check_times(entry, found, where)
    return found


def _check_protocol(entry: RequestsEntry, where: Where) -> None:
    spoken = where.spoken()
    for key in _OF_HTTP if spoken == "tcp" else _NOT_OF_GRPC if spoken == "grpc" else ():
        if _written(entry, key):
            why = "a call could be done twice" if spoken == "grpc" else "of a connection shoal sees no requests"
            where.wrong(key, f"means nothing where {spoken} is spoken: {why}", "leave it out")


def _written(entry: object, key: str) -> bool:
    for part in key.split("."):
        entry = getattr(entry, part, UNSET)
    return entry is not UNSET and entry != []


def _retries(entry: RequestsEntry, where: Where) -> dict[str, Any]:
    written = entry.retries
    if written is UNSET:
        return {}
    if not isinstance(written, RetriesEntry):
        return {"retries": written}
    _check_retries(entry, written, where)
    methods = written.methods if written.methods is UNSET else tuple(method.upper() for method in written.methods)
    after = written.after if written.after is UNSET else tuple(written.after)
    given = {"retries": written.attempts, "retry_on": after, "again": methods}
    return {key: value for key, value in given.items() if value is not UNSET}


def _check_retries(entry: RequestsEntry, written: RetriesEntry, where: Where) -> None:
    for method in written.methods if written.methods is not UNSET else ():
        if method.upper() not in TWICE:
            what = f"{quote(method)} may have been done although it failed: it is never sent twice"
            where.wrong("retries.methods", what, f"what may be: {either(TWICE)}; what nobody got is sent again anyway")
    for key in ("retries.budget", "retries.spare"):
        if not isinstance(entry, PolicyEntry) and _written(entry, key):
            where.wrong(key, "means nothing in a rule", "say it at the need: all its requests share it")


def _rate(written: Any) -> Rate:
    limit, burst = (written, UNSET) if isinstance(written, Frequency) else (written.limit, written.burst)
    assert isinstance(written, Frequency | RateEntry)
    return Rate(limit.limit, limit.period, limit.limit if burst is UNSET else burst)


def _mirror(written: str | MirrorEntry, where: Where) -> Mirror:
    text, key = (written, "mirror") if isinstance(written, str) else (written.to, "mirror.to")
    path = (*where.path, *key.split("."))
    service, port = target(text, path, where.facts)
    facts = where.facts
    if service == where.service and port_meant(service, port, facts) == port_meant(service, where.port, facts):
        where.wrong(key, f"{service} gets these requests already", "name another service")
    elif service and (spoken := protocol(service, port, where.facts)) != where.spoken():
        what = f"{service} speaks {spoken} there, {where.service} {where.spoken()}"
        where.wrong(key, what, "a copy can only go to what speaks the same")
    share = UNSET if isinstance(written, str) else written.percent
    return Mirror(service, port, 100.0 if share is UNSET else float(share))


def _fault(entry: RequestsEntry, where: Where) -> dict[str, Any]:
    written = entry.fault
    if written is UNSET:
        return {}
    if written.delay is UNSET and written.abort is UNSET:
        where.wrong("fault", "expected `delay`, `abort` or both", "fault: {delay: 200ms, percent: 5%}")
    return {"fault": Fault(**_written_in(written))}


def _pool(entry: PolicyEntry, where: Where) -> Pool:
    given = _written_in(entry.breaker)
    if isinstance(entry.retries, RetriesEntry):
        given |= {key: value for key, value in _written_in(entry.retries).items() if key in ("budget", "spare")}
    return Pool(**given, eject=_eject(entry.eject, where))


def _written_in(entry: Any) -> dict[str, Any]:
    """The keys that are written there, if any are, with plain values."""
    keys = getattr(entry, "__struct_fields__", ())
    found = {key: value for key in keys if (value := getattr(entry, key)) is not UNSET}
    return {key: float(value) if isinstance(value, float) else value for key, value in found.items()}


def _eject(written: Any, where: Where) -> Ejection | None:
    if not isinstance(written, EjectEntry):
        return None if written is False else Ejection()
    found = Ejection(**_written_in(written))
    if found.longest < found.pause:
        key = "eject.longest" if written.longest is not UNSET else "eject.pause"
        where.wrong(
            key, f"the first pause is {found.pause:g} s, the longest {found.longest:g} s", "make it the longer one"
        )
    return found


def _check_times(entry: RequestsEntry, found: EdgePolicy, where: Where) -> None:
    late = found.try_timeout or 0
    if late and found.timeout and late >= found.timeout:
        key = "try_timeout" if entry.try_timeout is not UNSET else "timeout"
        what = f"one try may take {late:g} s, all of them together only {found.timeout:g} s"
        where.wrong(key, what, "give `timeout` more, or `try_timeout` less")
    elif late and found.retries == 0 and entry.try_timeout is not UNSET:
        where.wrong("try_timeout", "without retries no other instance is asked", "take `retries: 0` away, or this")

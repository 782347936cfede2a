"""`match` → Match, and `rules` → Rule: requests told apart by method and headers."""

from __future__ import annotations

import re

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.policy import EdgePolicy, Header, Match, Rule
from shoal.spec.facts import Facts
from shoal.spec.models.policy import HeaderEntry, MatchEntry, RequestsEntry, RetriesEntry, RuleEntry
from shoal.spec.policies import TWICE, Where, policy
from shoal.spec.targets import target
from shoal.spec.tree import Path
from shoal.spec.words import either, quote

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_METHOD = re.compile(r"[A-Z][A-Z-]*")
_KINDS = ("exact", "prefix", "contains", "present")


def match_of(entry: MatchEntry | UnsetType, path: Path, facts: Facts) -> Match:
    if entry is UNSET:
        return Match()
    if not entry.headers and not entry.methods and not facts.report.broken(path[:-1]):
        facts.problem_at_key(WrongType, path, "expected a condition", "match: {headers: {x-tester: yes}}")
    methods = tuple(method.upper() for method in entry.methods)
    for index, method in enumerate(methods):
        if not _METHOD.fullmatch(method):
            facts.problem(WrongType, (*path, "methods", index), f"expected a method such as GET, got {quote(method)}")
    found = (_header(name, value, (*path, "headers", name), facts) for name, value in entry.headers.items())
    return Match(methods, tuple(found))


def _header(name: str, written: str | HeaderEntry, path: Path, facts: Facts) -> Header:
    if not _HEADER.fullmatch(name):
        facts.problem_at_key(WrongType, path, f"{quote(name)} is no name of a header")
    if isinstance(written, str):
        return Header(name.lower(), "exact", written)
    said = [kind for kind in _KINDS if getattr(written, kind) is not UNSET]
    if len(said) != 1 and not facts.report.broken(path):
        facts.problem_at_key(WrongType, path, f"expected exactly one of {either(_KINDS, 'and')}")
    if written.present is not UNSET:
        return Header(name.lower(), "present" if written.present else "absent")
    kind = said[0] if said else "exact"
    return Header(name.lower(), kind, str(getattr(written, kind)))  # type: ignore[arg-type]


def check_twice(entry: RequestsEntry, match: Match, where: Where) -> None:
    """A route of methods that must not be done twice can't ask for that."""
    if not match.methods or set(match.methods) & set(TWICE):
        return
    names = either(match.methods, "and")
    asked = entry.retries if isinstance(entry.retries, RetriesEntry) else RetriesEntry()
    keys = {"retries.after": asked.after, "retries.methods": asked.methods, "try_timeout": entry.try_timeout or UNSET}
    for key, written in keys.items():
        if written is not UNSET:
            hint = "leave it out: what nobody got is sent again anyway"
            where.wrong(key, f"{names} may have been done although it failed: it is never sent twice", hint)


def rules_of(entries: list[RuleEntry], base: EdgePolicy, where: Where) -> tuple[Rule, ...]:
    """The rules of one need, in the file's order."""
    found: list[Rule] = []
    for index, entry in enumerate(entries):
        rule = _rule(entry, base, where._replace(path=(*where.path, "rules", index)))
        first = next((at for at, other in enumerate(found) if other.match == rule.match), None)
        if first is not None and not where.facts.report.broken((*where.path, "rules", index)):
            what = f"the same requests as rules/{first}, which comes first"
            where.facts.problem(WrongType, (*where.path, "rules", index), what, "one of the two has to go")
        found.append(rule)
    return tuple(found)


def _rule(entry: RuleEntry, base: EdgePolicy, where: Where) -> Rule:
    service, port = where.service, where.port
    if entry.to:
        service, port = target(entry.to, (*where.path, "to"), where.facts)
    there = where._replace(service=service, port=port)
    if service and there.spoken() != where.spoken():
        what = f"{service} speaks {there.spoken()} there, {where.service} {where.spoken()}"
        where.wrong("to", what, "requests can only go to what speaks the same")
    match = match_of(entry.match, (*where.path, "match"), where.facts)
    check_twice(entry, match, there)
    return Rule(match, service, port, policy(entry, there, base))

"""`external` → External: where it is, in parts or as a URI; passwords come from secrets only."""

from __future__ import annotations

from msgspec import UNSET

from shoal.errors import WrongType
from shoal.model import uri
from shoal.model.app import SCHEME, External
from shoal.model.values import Value, concat
from shoal.spec.facts import Facts
from shoal.spec.models import ExternalEntry
from shoal.spec.references import Caller, kind_of, resolve
from shoal.spec.scalars import Template
from shoal.spec.tree import Path

PARTS = ("host", "port", "username", "password", "database")


def external_of(entry: ExternalEntry, name: str, path: Path, facts: Facts) -> External:
    kind = kind_of(entry)
    if not kind:
        facts.problem(WrongType, path, "what it is isn't said", "such as `kind: postgres`")
    if isinstance(entry.uri, Template):
        return _whole(entry, entry.uri, kind, name, path, facts)
    return _parts({key: _value(entry, key, name, path, facts) for key in PARTS}, entry, kind, path, facts)


def _whole(entry: ExternalEntry, written: Template, kind: str, name: str, path: Path, facts: Facts) -> External:
    for key in PARTS:
        if getattr(entry, key) is not UNSET:
            facts.problem_at_key(WrongType, (*path, key), "`uri` says it already", "keep one of the two")
    value = resolve(written, (*path, "uri"), Caller(name, path), facts)
    refs = list(value.refs())
    if refs and (len(refs) > 1 or value.parts != (refs[0],) or refs[0].kind != "secret"):
        facts.problem(WrongType, (*path, "uri"), "a URI is one secret, or none", f"give {', '.join(PARTS)} one by one")
        return External(kind)
    if refs:
        return External(kind, secret=refs[0].name, timeout=float(entry.timeout))
    try:
        found = {key: uri.part(str(value), key) for key in PARTS}
    except ValueError as problem:
        facts.problem(WrongType, (*path, "uri"), str(problem), "such as postgresql://db.example.org:5432/orders")
        return External(kind)
    if found["password"]:
        _shown(name, (*path, "uri"), facts)
    return _parts({key: concat(text) for key, text in found.items()}, entry, kind, path, facts)


def _parts(values: dict[str, Value], entry: ExternalEntry, kind: str, path: Path, facts: Facts) -> External:
    if not values["host"].parts and not facts.report.broken((*path, "host")):
        facts.problem(WrongType, path, "where it is isn't said", "such as `host: db.example.org`, or `uri`")
    port, database = uri.USUAL[SCHEME[kind]] if kind else ("", "")
    return External(
        kind,
        host=values["host"],
        port=values["port"] if values["port"].parts else concat(port),
        username=values["username"],
        password=values["password"],
        database=values["database"] if values["database"].parts else concat(database),
        timeout=float(entry.timeout),
    )


def _value(entry: ExternalEntry, key: str, name: str, path: Path, facts: Facts) -> Value:
    written = getattr(entry, key)
    if not isinstance(written, Template):
        return Value()
    value = resolve(written, (*path, key), Caller(name, path), facts)
    if key == "password" and any(isinstance(part, str) for part in value.parts):
        _shown(name, (*path, key), facts)
    return value


def _shown(name: str, path: Path, facts: Facts) -> None:
    what = "a password here, even from a variable, is shown by `config`"
    key = path[-1]
    hint = f"declare `secrets: {{{name}-{key}: {{env: VARIABLE}}}}` and write `{key}: ${{secrets.{name}-{key}}}`"
    facts.problem(WrongType, path, what, hint)

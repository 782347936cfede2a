"""Holes in texts (`${users.url}`, `${self.port}`, `${secrets.api-key}`): who may be named, and by which properties."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from shoal.errors import SecretInArgument, UnknownReference
from shoal.model.app import Need
from shoal.model.values import Ref, Value
from shoal.spec.facts import Facts
from shoal.spec.models import BackingEntry, ExternalEntry
from shoal.spec.scalars import Template
from shoal.spec.tree import Items, Path, Scalar, find
from shoal.spec.words import quote, suggestion

SERVICE = ("url", "host", "port")
SELF = ("port", "host", "instance", "index", "files", "scratch")
ENGINES = {
    "postgres": ("host", "port", "username", "password", "database", "uri", "jdbc_url"),
    "nats": ("host", "port", "username", "password", "uri"),
    "redis": ("host", "port", "username", "password", "database", "uri"),
    "mysql": ("host", "port", "username", "password", "database", "uri", "jdbc_url"),
    "mariadb": ("host", "port", "username", "password", "database", "uri", "jdbc_url"),
    "rabbitmq": ("host", "port", "username", "password", "vhost", "uri"),
}
SCHEMES = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "redis": "redis",
    "amqp": "rabbitmq",
    "nats": "nats",
    "mongodb": "mongodb",
}
MONGODB = ("host", "port", "username", "password", "database", "uri")
KEYS = (*ENGINES, "external")
# Properties with a password in them: in an argument, every user of the machine could read it.
SECRETIVE = ("password", "uri")


class Caller(NamedTuple):
    """Whose text it is: `path` leads to its entry; `ports` None means "implied". A build (`building`) knows of nothing
    that runs but the gateway's address, and of no secrets."""

    name: str
    path: Path
    needs: tuple[Need, ...] = ()
    ports: tuple[str, ...] | None = None
    building: bool = False


def resolve(template: Template, path: Path, caller: Caller, facts: Facts, *, argument: bool = False) -> Value:
    """The text with its holes checked, and secrets told apart from properties."""
    parts: list[str | Ref] = []
    for part in template.value.parts:
        parts.append(part if isinstance(part, str) else _reference(part, path, caller, facts, argument))
    return Value(tuple(parts))


def _reference(ref: Ref, path: Path, caller: Caller, facts: Facts, argument: bool) -> Ref:
    if ref.name == "builds":
        _check_build(ref, path, facts)
    elif ref.name == "secrets":
        return _secret(ref, path, caller, facts, argument)
    elif caller.building and ref.name != "gateway":
        hint = "it may name ${builds.NAME} and ${gateway.url}"
        facts.problem_in(UnknownReference, path, _written(ref), f"{_written(ref)} is not known while building", hint)
    elif ref.name == "self":
        _check_own(ref, path, caller, facts)
    elif ref.name == "gateway":
        if facts.file.gateway is UNSET:
            facts.problem_in(UnknownReference, path, _written(ref), f"{_written(ref)}: there is no gateway")
        _check_attribute(ref, SERVICE, path, facts)
    else:
        _check_needed(ref, path, caller, facts, argument)
    return ref


def _check_build(ref: Ref, path: Path, facts: Facts) -> None:
    names = facts.names("builds")
    if ref.attr not in names:
        hint = suggestion(ref.attr, names, "there are") or f"declare it: `builds: {{{ref.attr}: {{run: [make]}}}}`"
        facts.problem_in(UnknownReference, path, _written(ref), f"there is no build {quote(ref.attr)}", hint)


def _secret(ref: Ref, path: Path, caller: Caller, facts: Facts, argument: bool) -> Ref:
    names = facts.names("secrets")
    if ref.attr not in names:
        hint = suggestion(ref.attr, names, "there are") or f"declare it: `secrets: {{{ref.attr}: {{generate: 32}}}}`"
        facts.problem_in(UnknownReference, path, _written(ref), f"there is no secret {quote(ref.attr)}", hint)
    elif caller.building:
        what = f"{_written(ref)} would stay in what is built, and in its log"
        hint = "give it to the service that runs, in its `environment`"
        facts.problem_in(SecretInArgument, path, _written(ref), what, hint)
    elif argument:
        _shown_to_all(ref, path, facts)
    return Ref("secret", ref.attr)


def _shown_to_all(ref: Ref, path: Path, facts: Facts) -> None:
    what = f"{_written(ref)} in a command line can be read by every user of the machine"
    facts.problem_in(
        SecretInArgument, path, _written(ref), what, "put it into `environment` and read the variable in the program"
    )


def _check_own(ref: Ref, path: Path, caller: Caller, facts: Facts) -> None:
    first, _, name = ref.attr.partition(".")
    if first == "ports" and name:
        if name not in (caller.ports if caller.ports is not None else ("http",)):
            hint = suggestion(name, caller.ports or (), "it has")
            facts.problem_in(UnknownReference, path, _written(ref), f"{caller.name} has no port {quote(name)}", hint)
        return
    _check_attribute(ref, (*SELF, "ports.<name>"), path, facts)
    if ref.attr == "port" and caller.ports == ():
        facts.problem_in(UnknownReference, path, _written(ref), f"{_written(ref)}: {caller.name} has no port")


def _check_needed(ref: Ref, path: Path, caller: Caller, facts: Facts, argument: bool) -> None:
    kind = facts.kinds.get(ref.name)
    if kind is None:
        known = [*(need.name for need in caller.needs), "self", "gateway", "secrets", "builds"]
        facts.problem_in(
            UnknownReference,
            path,
            _written(ref),
            f"{_written(ref)}: nothing here is called {quote(ref.name)}",
            suggestion(ref.name, [*facts.kinds, *known], "there are"),
        )
    elif ref.name == caller.name:
        what = f"{_written(ref)}: a service is `self` to itself"
        facts.problem_in(UnknownReference, path, _written(ref), what, "its own address is ${self.host}:${self.port}")
    elif ref.name not in {need.name for need in caller.needs}:
        _not_needed(ref, path, caller, facts)
    else:
        ports = [need.port for need in caller.needs if need.name == ref.name and need.port]
        by_port = tuple(f"ports.{port}.{attr}" for port in ports for attr in SERVICE)
        _check_attribute(ref, (*properties(ref.name, kind, facts), *by_port), path, facts)
        if argument and kind == "backing" and ref.attr in SECRETIVE:
            _shown_to_all(ref, path, facts)


def _not_needed(ref: Ref, path: Path, caller: Caller, facts: Facts) -> None:
    here = (*caller.path, "needs")
    if facts.report.broken(here):
        return
    node = find(facts.tree, here)
    listed = [item.text for item in node.items if isinstance(item, Scalar)] if isinstance(node, Items) else []
    simple = node is None or (isinstance(node, Items) and len(listed) == len(node.items))
    line = f"`needs: [{', '.join([*listed, ref.name])}]`" if simple else f"`{ref.name}` to its needs"
    where = "/".join(str(step) for step in caller.path)
    hint = f"write {line} in {where}" if simple else f"add {line} in {where}"
    facts.problem_in(
        UnknownReference, path, _written(ref), f"{_written(ref)}: {caller.name} doesn't need {ref.name}", hint
    )


def properties(name: str, kind: str, facts: Facts) -> tuple[str, ...]:
    """What can be asked of a service, a backing service (by its engine) or a job (nothing)."""
    if kind != "backing":
        return SERVICE if kind == "service" else ()
    entry = facts.file.backing.get(name)
    return (ENGINES | {"mongodb": MONGODB}).get(engine_of(entry), ()) if entry is not None else ()


def engine_of(entry: BackingEntry | str) -> str:
    """The first engine that is named (an external service's kind), or nothing."""
    if isinstance(entry, str):
        return entry
    if entry.external is not UNSET:
        return kind_of(entry.external)
    return next((key for key in entry.__struct_fields__ if getattr(entry, key) is not UNSET), "")


def kind_of(entry: ExternalEntry) -> str:
    """What an external service is, by its word or its URI's; or nothing."""
    if entry.kind is not UNSET:
        return entry.kind
    written = str(entry.uri.value) if entry.uri is not UNSET else ""
    return SCHEMES.get(written.partition("://")[0], "")


def _check_attribute(ref: Ref, known: tuple[str, ...], path: Path, facts: Facts) -> None:
    if ref.attr in known or facts.report.broken(("backing", ref.name)):
        return
    hint = suggestion(ref.attr, known, "there are")
    what = f"{ref.name} has no property {quote(ref.attr)}" if known else f"{ref.name} has no properties: it is a job"
    facts.problem_in(UnknownReference, path, _written(ref), what, hint)


def _written(ref: Ref) -> str:
    return f"${{{ref.name}.{ref.attr}}}"

"""Parts → the text of a shoal.yaml with comments, and what its reader should check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from shoal.backing.clients import SHARED
from shoal.draft import clues
from shoal.draft.part import Part
from shoal.model.names import NAME
from shoal.spec.references import ENGINES
from shoal.spec.scalars import FALSE, TRUE
from shoal.spec.tree import NULLS

HEAD = """\
# Written by `shoal init` from what it found in this folder. `(?)` marks what it guessed.
# `shoal plan` says what would happen, `shoal up` does it; `shoal config --schema` has every key.
"""
RESERVED = frozenset({"self", "gateway", "secrets", "mesh", "public", "none", "shoal-admin"})

SPECIAL = NULLS | TRUE | FALSE
"""Words that YAML reads as something else than a text."""


class Draft(msgspec.Struct, frozen=True):
    """`found` is a line per part; `check` is what to look at."""

    text: str
    found: tuple[str, ...]
    check: tuple[str, ...]


class _Entry(msgspec.Struct, frozen=True):
    """A service to write. `backing` maps each backing service's name to its engine; `peers` services to variables."""

    name: str
    part: Part
    backing: dict[str, str]
    peers: dict[str, str]
    routes: tuple[str, ...] = ()


def compose(name: str, parts: Sequence[Part]) -> Draft:
    """The file; parts that can't be started stand in it as comments."""
    good = [part for part in parts if not part.trouble]
    entries = _entries(good)
    pieces = [HEAD, f"name: {_valid(name)}\n", "services:" if entries else "services: {}"]
    pieces += [_service(entry) for entry in entries]
    pieces += [_commented(part) for part in parts if part.trouble]
    pieces += [*_backing(entries), *_gateway(entries)]
    found = tuple(f"{part.path}: {part.stack}{f', {part.command}' if part.command else ''}" for part in parts)
    return Draft("\n".join(pieces).rstrip("\n") + "\n", found, tuple(_to_check(entries, parts)))


def _entries(parts: Sequence[Part]) -> list[_Entry]:
    names = _names(parts)
    taken = [path for part in parts for path in part.routes]
    front = _front(parts)
    found = []
    for name, part in zip(names, parts, strict=True):
        backing = {engine if engine in SHARED else f"{name}-db": engine for engine in part.clients if engine in ENGINES}
        peers = {other: other.upper().replace("-", "_") for other in names if other != name}
        routes = ("/",) if part is front else tuple(path for path in part.routes if taken.count(path) == 1)
        found.append(_Entry(name, part, backing, clues.asks_for(part.code, peers), routes if part.listens else ()))
    return found


def _names(parts: Sequence[Part]) -> list[str]:
    """The last word of each path, or more of it where two are the same."""
    short = [_valid(part.path.rpartition("/")[2]) for part in parts]
    return [name if short.count(name) == 1 else _valid(part.path) for name, part in zip(short, parts, strict=True)]


def _valid(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("-0123456789")[:34].strip("-") or "app"
    return plain if re.fullmatch(NAME, plain) and plain not in RESERVED | SPECIAL else f"{plain}-app"


def _front(parts: Sequence[Part]) -> Part | None:
    """Who answers all that nobody else does: the pages; the only one that listens."""
    listening = [part for part in parts if part.listens]
    pages = [part for part in listening if part.pages and part.stack == "node"] or [p for p in listening if p.pages]
    return pages[0] if pages else listening[0] if len(listening) == 1 else None


def _service(entry: _Entry) -> str:
    part = entry.part
    lines = [f"  {entry.name}: # {part.stack}: {part.command}", f"    path: {_text(part.path)}"]
    if part.named:
        doubt = f" # (?) it looks like {' and '.join(part.also)} as well" if part.also else ""
        lines.append(f"    stack: {part.stack}{doubt}")
    if needs := [*entry.backing, *entry.peers]:
        reasons = [part.clients[engine] for engine in entry.backing.values()]
        reasons += [f"its code reads {variable}" for variable in entry.peers.values()]
        lines.append(f"    needs: [{', '.join(needs)}] # {', '.join(reasons)}")
    if part.migrate and entry.backing:
        lines.append(f"    migrate: [{', '.join(map(_text, part.migrate))}]")
    lines += _health(part)
    lines += [f"    # (?) another program of this folder: command: [python, -m, {other}]" for other in part.others]
    return "\n".join(lines) + "\n"


def _health(part: Part) -> list[str]:
    if not part.health:
        return ["    # health: { ready: /health } # without it: ready when its port accepts"] if part.listens else []
    paths = ", ".join(f"{name}: {path}" for name, path in part.health.items())
    if part.stack == "java":  # a JVM on a busy machine takes its time
        paths = f"ready: {{ http: {part.health['ready']}, timeout: 5s, grace: 180s }}"
    return [f"    health: {{ {paths} }}"]


def _commented(part: Part) -> str:
    name = _valid(part.path.rpartition("/")[2])
    return f"  # {name}: # {part.stack}; {part.trouble}\n  #   path: {_text(part.path)}\n  #   command: [...]\n"


def _backing(entries: Iterable[_Entry]) -> Iterator[str]:
    found = {name: engine for entry in entries for name, engine in entry.backing.items()}
    if found:
        yield "backing:"
        yield "".join(f"  {name}: {engine}\n" for name, engine in found.items())


def _gateway(entries: Iterable[_Entry]) -> Iterator[str]:
    listening = [entry for entry in entries if entry.part.listens]
    if not listening:
        return
    last = sorted(listening, key=lambda entry: entry.routes == ("/",))
    lines = [_route(entry) for entry in last]
    yield "gateway:"
    if all(not entry.routes for entry in listening):
        yield "  routes: []"
    else:
        yield "  routes:"
    yield "\n".join(lines) + "\n"


def _route(entry: _Entry) -> str:
    if entry.routes:
        return f"    - {{ paths: [{', '.join(entry.routes)}], to: {entry.name} }}"
    return f"    # - {{ paths: [/{entry.name}], to: {entry.name} }} # (?) which requests are for it?"


def _text(word: str) -> str:
    """A word as YAML, in quotes where it needs some."""
    plain = re.fullmatch(r"[A-Za-z/._][\w./-]*", word) and word not in SPECIAL
    return word if plain else msgspec.json.encode(word).decode()


def _to_check(entries: Sequence[_Entry], parts: Sequence[Part]) -> Iterator[str]:
    for entry in entries:
        if not entry.part.listens:
            yield f"{entry.name}: nothing in it reads PORT; if it serves, it has to listen on $HOST:$PORT"
        elif not entry.routes:
            yield f"{entry.name}: no route leads to it; which requests are for it?"
        if entry.part.others:
            yield f"{entry.name}: it has more programs ({', '.join(entry.part.others)}): services or jobs of their own?"
    databases = [name for entry in entries for name, engine in entry.backing.items() if engine not in SHARED]
    if len(databases) > 1:
        yield f"{', '.join(databases)}: one database per service; services that share one need the same"
    if any("nats" in entry.backing.values() for entry in entries):
        yield "nats: streams of JetStream that services expect: nats: { nats: { streams: [...] } }"
    for part in parts:
        if part.trouble:
            yield f"{part.path}: {part.trouble}"

"""Revision: a hash of what a workload is, taken before any address is known.

The canonical form (version 1) is the JSON of the workload, keys sorted, without `replicas`, `strategy`, `warmup`,
`nonce`, `revision` and `strangers` (a service that is new restarts nobody who doesn't need it), with the keyed digests
of the declared secrets it refers to. Where a `basis` stands for the artifact, the artifact's key is left out of it. A
field that came later counts only where it says something: so a new shoal with new keys finds the revisions of what runs
as they were, and restarts nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from shoal.model.app import Port, Probe
from shoal.model.strategy import Strategy
from shoal.model.workload import Workload

VERSION = "1"

WORKLOAD = """name kind owner command env files cwd ports stable_ports artifact probes restart stop replicas after data
unprivileged once_per when nonce revision"""
FIRST = {
    Workload: frozenset(WORKLOAD.split()),
    Probe: frozenset(["kind", "port", "path", "every", "timeout", "failures", "grace", "send", "expect"]),
    Port: frozenset(["name", "protocol", "env"]),
}
"""The fields of version 1, of the nouns that have got more."""


def revised(workload: Workload, secrets: Mapping[str, str]) -> Workload:
    """The workload with its revision filled in, and the keyed digests of its secrets. `secrets`: name -> digest."""
    bare = msgspec.structs.replace(
        workload, replicas=1, strategy=Strategy(), warmup=(), nonce="", revision="", strangers=(), secrets={}
    )
    used = {name: secrets[name] for name in sorted({ref.name for ref in workload.secret_refs()} & set(secrets))}
    told = msgspec.json.encode(_canonical(bare), order="sorted")
    if workload.basis:
        # A key is 32 digits of a hash: it stands nowhere by chance.
        told = told.replace(workload.artifact.encode() or b"\0", b"")
    body = told + msgspec.json.encode(used)
    digest = blake2b(body, digest_size=6, person=b"shoal-" + VERSION.encode()).hexdigest()
    return msgspec.structs.replace(workload, revision=digest, secrets=used)


def _canonical(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {field.name: _canonical(getattr(value, field.name)) for field in _told(value)}
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    return [_canonical(item) for item in value] if isinstance(value, tuple) else value


def _told(noun: msgspec.Struct) -> list[msgspec.structs.FieldInfo]:
    first = FIRST.get(type(noun))
    return [f for f in _fields(type(noun)) if first is None or f.name in first or getattr(noun, f.name) != _default(f)]


@functools.cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """They are the same for all of a kind, and dear to ask for."""
    return msgspec.structs.fields(kind)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()

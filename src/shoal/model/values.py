"""Values that are not known until a consumer starts: text with references in it.

A port, a password or an address depends on who asks and where it runs, so a workload's environment
holds a `Value` and the driver renders it last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

Kind = Literal["property", "address", "secret", "self", "program", "data", "artifact"]


class Ref(msgspec.Struct, frozen=True):
    """A hole in a text.

    kind       name             attr
    property   what is needed   uri, host, ...   as the user wrote it: `${users-db.uri}`; gone after bind
    address    edge id or       host, port       where a consumer dials (`posts->users`, `users-db`,
               workload                          `gateway`)
    secret     secret's name    host, quoted...  a password or a declared secret, or a part of it (`model.uri`)
    self       -                port:<name>, host, instance, index, workload, files, scratch
    program    engine's program -                path of an engine's executable (`postgres`, `envoy`)
    data       workload         -                folder of a workload's data
    artifact   artifact's key   -                folder of a built artifact
    """

    kind: Kind
    name: str = ""
    attr: str = ""


class Value(msgspec.Struct, frozen=True):
    """Text with references: parts in order, adjacent texts joined."""

    parts: tuple[str | Ref, ...] = ()

    def refs(self) -> Iterator[Ref]:
        return (part for part in self.parts if isinstance(part, Ref))

    def render(self, resolve: Callable[[Ref], str]) -> str:
        """The text with each reference replaced by what `resolve` says."""
        return "".join(part if isinstance(part, str) else resolve(part) for part in self.parts)

    def replace(self, resolve: Callable[[Ref], Value]) -> Value:
        """The value with each reference replaced by another value."""
        return concat(*(part if isinstance(part, str) else resolve(part) for part in self.parts))

    def __str__(self) -> str:
        return self.render(lambda ref: "${" + ":".join(p for p in (ref.kind, ref.name, ref.attr) if p) + "}")


def concat(*parts: str | Ref | Value) -> Value:
    """One value of many parts, in canonical form (no empty and no adjacent texts)."""
    out: list[str | Ref] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Value) else (part,):
            if isinstance(piece, str) and out and isinstance(out[-1], str):
                out[-1] += piece
            elif piece != "":
                out.append(piece)
    return Value(tuple(out))


def address(name: str, attr: str) -> Value:
    return Value((Ref("address", name, attr),))


def secret(name: str) -> Value:
    return Value((Ref("secret", name),))


def own(attr: str) -> Value:
    return Value((Ref("self", "", attr),))


def program(name: str) -> Value:
    return Value((Ref("program", name),))

"""`secrets` and `configs` of a service: files that it finds, of this machine or written by shoal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from shoal.compose import nodes
from shoal.compose.making import Making
from shoal.compose.models.build import Grant
from shoal.compose.models.file import Config, Secret
from shoal.errors import Place, UnknownReference
from shoal.spec.scalars import truth
from shoal.spec.tree import Node, Scalar, Table, find
from shoal.spec.words import quote, suggestion

HOMES = {"secrets": "/run/secrets", "configs": "/"}
"""Where a file lies that is only named."""


class Granted(NamedTuple):
    """`at` is where the service finds it, `name` how the file calls it."""

    section: str
    name: str
    entry: Secret | Config
    at: str
    place: Place


def grants(making: Making) -> Iterator[Granted]:
    for section, home in HOMES.items():
        declared = getattr(making.project.file, section)
        for index, written in enumerate(getattr(making.service, section)):
            grant = written if isinstance(written, Grant) else Grant(source=written)
            if grant.source in declared:
                at = os.path.join(home, grant.target or grant.source)  # noqa: PTH118 (of the container)
                yield Granted(section, grant.source, declared[grant.source], at, making.spot(section, index))
            elif not making.project.report.broken((*making.path, section, index)):
                what = f"there is nothing called {quote(grant.source)} under `{section}`"
                near = suggestion(grant.source, declared, "there are")
                making.problem(what, section, index, hint=near, kind=UnknownReference)


def files_of(making: Making, secrets: dict[str, str]) -> Table | None:
    """Where each file goes that shoal writes -> its content. `secrets` are shoal's names of them."""
    found: dict[str, Node] = {}
    for grant in grants(making):
        content = _content(grant, secrets, making)
        if content is not None:
            found[grant.at] = nodes.table({"content": content}, grant.place)
    return nodes.table(found, next(iter(found.values())).place) if found else None


def _content(grant: Granted, secrets: dict[str, str], making: Making) -> Scalar | None:
    entry = grant.entry
    if grant.name in secrets:
        return Scalar(f"${{secrets.{secrets[grant.name]}}}", grant.place, "quoted")
    if isinstance(entry, Config) and entry.content:
        node = find(making.project.tree, ("configs", grant.name, "content"))
        return making.text(node) if isinstance(node, Scalar) else None
    if isinstance(entry, Config) and entry.environment:
        asked = Scalar(f"${{{entry.environment}:-}}", grant.place, "quoted")
        return asked if making.keep else nodes.said(making.project.variables.get(entry.environment, ""), grant.place)
    if not entry.file and not (isinstance(entry.external, str) and not truth(entry.external)):
        making.remark("it isn't there: only the engine knows what is external; name a file instead", grant.section)
    return None

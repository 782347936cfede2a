"""A Maven project of several modules: one build, of which each service runs its own."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import NamedTuple

from shoal.stacks.java_pom import boots, dependencies, derived, derived_module, modules, name
from shoal.stacks.source import Source

POM = "pom.xml"


class Module(NamedTuple):
    """`folder` is empty for the project itself. `runs`: it makes a jar that no other module is built from."""

    folder: str
    pom: str
    runs: bool

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name

    @property
    def boots(self) -> bool:
        return self.runs and boots(self.pom)


def modules_of(source: Source) -> tuple[Module, ...]:
    """The project, then its modules, as deep as their poms are known."""
    whole = source.texts.get(POM, "")
    found = dict(_below("", whole, source))
    used = {package for pom in found.values() for package in dependencies(pom)}
    rest = (Module(folder, pom, not modules(pom) and name(pom) not in used) for folder, pom in found.items())
    return (Module("", whole, not found and not modules(whole)), *rest)


def poms(parts: tuple[Module, ...]) -> dict[str, str]:
    """What to build with: path -> text."""
    whole, *rest = parts
    return {POM: derived(whole.pom)} | {part.path(POM): derived_module(part.pom, runs=part.runs) for part in rest}


def _below(folder: str, pom: str, source: Source) -> Iterator[tuple[str, str]]:
    for module in modules(pom):
        path = normpath(f"{folder}/{module}" if folder else module)
        text = source.texts.get(f"{path}/{POM}")
        if text is not None and not path.startswith(".."):
            yield path, text
            yield from _below(path, text, source)

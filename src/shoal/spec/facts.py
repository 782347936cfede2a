"""What the checks of one file look things up in: who there is, where it stands, which ports it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath

from shoal.errors import FileError, MissingFile, Place, UnknownReference, WrongType
from shoal.model.app import Target
from shoal.spec.models import NAME, File
from shoal.spec.report import Report
from shoal.spec.tree import Node, Path, Scalar, Table, find
from shoal.spec.words import quote, suggestion

SECTIONS = {"services": "service", "jobs": "job", "backing": "backing"}
WORDS = {"service": "a service", "job": "a job", "backing": "a backing service"}
RESERVED = frozenset({"self", "gateway", "secrets", "builds", "mesh", "shoal-admin", "public", "none"})
"""Words of references and of the plan; the administrator's name in backing services; and names that PostgreSQL keeps
for itself, where each service is a role (https://www.postgresql.org/docs/16/sql-createrole.html)."""

_NAME = re.compile(NAME)


class Facts:
    """One file while it is checked. `kinds` maps each name to service, job or backing, broken entries included.
    `target` is what it is to run on; None: who knows."""

    def __init__(
        self,
        file: File,
        tree: Table,
        folder: FilePath,
        variables: Mapping[str, str],
        report: Report,
        target: Target | None = None,
    ) -> None:
        self.file = file
        self.tree = tree
        self.folder = folder
        self.variables = variables
        self.report = report
        self.target = target
        self.kinds: dict[str, str] = {}
        for section, kind in SECTIONS.items():
            for name in self.names(section):
                self.kinds.setdefault(name, kind)

    def names(self, section: str) -> list[str]:
        """The keys of a section as written, whether or not they could be read."""
        node = self.tree.get(section)
        return list(node.entries) if isinstance(node, Table) else []

    def at(self, path: Path) -> Place:
        """Where the value at `path` stands; if there is none, the next thing above."""
        while path:
            node: Node | None = find(self.tree, path)
            if node is not None:
                return node.place
            path = path[:-1]
        return self.tree.place

    def spot(self, path: Path) -> Place:
        """Where the key at `path` stands, or the list item."""
        parent = find(self.tree, path[:-1])
        if isinstance(parent, Table) and path[-1] in parent.entries:
            return parent.entries[str(path[-1])].place
        return self.at(path)

    def problem(self, kind: type[FileError], path: Path, what: str, hint: str = "") -> None:
        """Report something wrong with the value at `path`."""
        self.report.add(kind, path, what, self.at(path), hint)

    def problem_in(self, kind: type[FileError], path: Path, part: str, what: str, hint: str = "") -> None:
        """Report something wrong with a part of the text at `path`."""
        node = find(self.tree, path)
        index = node.text.find(part) if isinstance(node, Scalar) else -1
        place = node.within(index) if isinstance(node, Scalar) and index >= 0 else self.at(path)
        self.report.add(kind, path, what, place, hint)

    def problem_at_key(self, kind: type[FileError], path: Path, what: str, hint: str = "") -> None:
        """Report something wrong with the entry at `path`: its key is where to look."""
        self.report.add(kind, path, what, self.spot(path), hint)

    def unknown(self, path: Path, what: str, name: str, choices: Iterable[str]) -> None:
        """Report a name that nothing carries, with the one that was probably meant."""
        self.problem_at_key(UnknownReference, path, f"{what} {quote(name)}", suggestion(name, choices, "there are"))

    def folder_there(self, path: Path, named: str) -> None:
        self._there(path, named, "folder", (self.folder / named).is_dir)
        if not self.report.broken(path) and (self.folder / named).resolve() == FilePath("/"):
            hint = "all of a service's folder is read, to see what changed: put its code into a folder of its own"
            self.problem(WrongType, path, f"{quote(named)} is the whole disk", hint)

    def file_there(self, path: Path, named: str) -> None:
        self._there(path, named, "file", (self.folder / named).is_file)

    def _there(self, path: Path, named: str, what: str, exists: object) -> None:
        if self.report.broken(path):
            return
        try:
            found = bool(exists()) if callable(exists) else False
        except OSError:
            found = False  # a name too long, or a folder we may not look into
        if not found:
            self.problem(MissingFile, path, f"there is no {what} {quote(named)}", "paths are relative to this file")


def check_names(facts: Facts) -> None:
    """Names are valid, not reserved, and no two things share one."""
    seen: dict[str, Path] = {}
    for section in (*SECTIONS, "builds", "secrets"):
        for name in facts.names(section):
            path = (section, name)
            if not valid(name):
                hint = "lower-case letters, digits and -, a letter first, 40 at most"
                facts.problem_at_key(WrongType, path, f"{quote(name)} is not a valid name", hint)
            elif name in RESERVED:
                what = f"{quote(name)} has a meaning of its own"
                facts.problem_at_key(WrongType, path, what, "take another name")
            if section != "secrets":
                _check_single(facts, name, path, seen)


def _check_single(facts: Facts, name: str, path: Path, seen: dict[str, Path]) -> None:
    first = seen.setdefault(name, path)
    if first != path:
        what = f"the name {quote(name)} is taken by {first[0]}/{name} in line {facts.spot(first).line}"
        hint = "services, jobs, builds and backing services share one set of names"
        facts.problem_at_key(WrongType, path, what, hint)


def valid(name: str) -> bool:
    return bool(_NAME.fullmatch(name))

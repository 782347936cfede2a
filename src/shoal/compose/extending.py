"""`extends`: a service on top of another, of its own file or of another one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import NamedTuple

from shoal.compose.merging import cleared, merged
from shoal.compose.paths import moved
from shoal.errors import Cycle, MissingFile, UnknownReference, WrongType
from shoal.spec.report import Report
from shoal.spec.tree import Entry, Node, Path, Scalar, Table, empty
from shoal.spec.words import quote, suggestion


class Origin(NamedTuple):
    """Where a service is looked for: a file's own services, then those of the files `before` it. Relative paths begin
    at `folder`."""

    file: FilePath
    folder: FilePath
    services: Table
    before: Table


Step = tuple[str, str]
"""File and service."""


class Extending:
    """`read` is how another file is read."""

    def __init__(self, read: Callable[[FilePath], Table], report: Report) -> None:
        self._read, self._report = read, report

    def all(self, origin: Origin) -> Table:
        """The services of a file, each with what it extends below it."""
        done = {
            name: Entry(place, self._service(name, origin, ())) for name, (place, _) in origin.services.entries.items()
        }
        return Table(done, origin.services.place, tag=origin.services.tag)

    def _service(self, name: str, origin: Origin, trail: tuple[Step, ...]) -> Node:
        own = origin.services.entries[name].value
        if not isinstance(own, Table) or "extends" not in own.entries:
            return own
        place, node = own.entries["extends"]
        step = (os.path.realpath(origin.file), name)
        if step in trail:
            circle = " → ".join(one for _, one in (*trail[trail.index(step) :], step))
            raise Cycle(f"{circle}: each extends the next", where=place, hint="take one `extends` out of this circle")
        base = self._base(node, origin, (*trail, step), ("services", name, "extends"))
        rest = own.without("extends")
        if base is None:
            return rest
        both = merged(_only(name, base), _only(name, rest), ("services",))
        return both.entries[name].value

    def _base(self, node: Node, origin: Origin, trail: tuple[Step, ...], path: Path) -> Table | None:
        """The service that `extends` means, with relative paths as the file has them that says so."""
        wanted = _text(node, "service") if isinstance(node, Table) else node
        if not isinstance(wanted, Scalar) or wanted.null:
            self._report.add(WrongType, path, "expected the name of a service, or a map with `service`", node.place)
            return None
        named = _text(node, "file")
        there = origin if named is None else self._elsewhere(named, origin, path)
        if there is None:
            return None
        found = self._found(wanted.text, there, trail)
        if found is None:
            near = suggestion(wanted.text, there.services.entries, "there are")
            what = f"there is no service {quote(wanted.text)} in {there.file}"
            self._report.add(UnknownReference, path, what, wanted.place, near)
            return None
        prefix = os.path.dirname(named.text) if named is not None else ""  # noqa: PTH120 (of a text, not of a file)
        return _moved(found, prefix) if isinstance(found, Table) else None

    def _elsewhere(self, named: Scalar, origin: Origin, path: Path) -> Origin | None:
        file = origin.folder / named.text
        if not file.is_file():
            self._report.add(MissingFile, path, f"there is no file {quote(str(file))}", named.place)
            return None
        services = self._read(file).get("services")
        nothing = empty(named.place)
        return Origin(file, file.parent, services if isinstance(services, Table) else nothing, nothing)

    def _found(self, name: str, origin: Origin, trail: tuple[Step, ...]) -> Node | None:
        if name in origin.services.entries:
            return self._service(name, origin, trail)
        return origin.before.get(name)


def _text(node: Node, key: str) -> Scalar | None:
    found = node.get(key) if isinstance(node, Table) else None
    return found if isinstance(found, Scalar) and not found.null else None


def _only(name: str, service: Table) -> Table:
    return Table({name: Entry(service.place, service)}, service.place)


def _moved(service: Table, prefix: str) -> Table:
    whole = Table({"services": Entry(service.place, _only("it", service))}, service.place)
    there = cleared(moved(whole, prefix))
    services = there.get("services") if isinstance(there, Table) else None
    found = services.get("it") if isinstance(services, Table) else None
    return found if isinstance(found, Table) else service

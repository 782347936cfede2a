"""What one service's translation has at hand: its texts with their places, and where remarks and problems go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shoal.compose import nodes
from shoal.compose.models import Service
from shoal.compose.project import Project
from shoal.compose.remarks import Remark, dotted
from shoal.errors import FileError, Place, WrongType
from shoal.spec.scalars import duration, number, truth, whole
from shoal.spec.tree import Items, Node, Path, Scalar, Table, find
from shoal.spec.words import quote


class Making:
    """One service of a project. `names` maps services to what shoal calls them, `jobs` are those that run to their end.
    With `keep`, variables stay variables."""

    def __init__(
        self,
        project: Project,
        name: str,
        names: Mapping[str, str],
        jobs: frozenset[str],
        remarks: list[Remark],
        *,
        keep: bool,
    ) -> None:
        self.project, self.name, self.names, self.jobs, self.keep = project, name, names, jobs, keep
        self.service: Service = project.file.services[name]
        self.path: Path = ("services", name)
        self.place = project.spot(self.path)
        self._remarks = remarks

    @property
    def is_job(self) -> bool:
        return self.name in self.jobs

    def node(self, *path: str | int) -> Node | None:
        return find(self.project.tree, (*self.path, *path))

    def spot(self, *path: str | int) -> Place:
        return self.project.spot((*self.path, *path))

    def remark(self, why: str, *path: str | int) -> None:
        """Say what isn't honoured."""
        self._remarks.append(Remark(self.spot(*path), dotted((*self.path, *path)), why))

    def problem(self, what: str, *path: str | int, hint: str = "", kind: type[FileError] = WrongType) -> None:
        """Say what can't be run at all."""
        self.project.report.add(kind, (*self.path, *path), what, self.spot(*path), hint)

    # Texts

    def text(self, node: Scalar) -> Scalar:
        """A value as shoal reads it: filled in, or with its variables."""
        if self.keep and node.written and "COMPOSE_" not in node.written:
            return nodes.asking(node.written, node.place, self.project.variables)
        return nodes.said(node.text, node.place)

    def texts(self, *path: str | int) -> list[Scalar]:
        """A text, or those of a list."""
        node = self.node(*path)
        if isinstance(node, Scalar):
            return [] if node.null else [node]
        return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Items) else []

    def pairs(self, *path: str | int) -> Iterator[tuple[str, Scalar, Scalar | None]]:
        """Name, where it stands, and the value, of a map or a list of `NAME=value`."""
        node = self.node(*path)
        if isinstance(node, Table):
            for key, (place, value) in node.entries.items():
                if isinstance(value, Scalar):
                    yield key, nodes.said(key, place), None if value.null else self.text(value)
        for item in node.items if isinstance(node, Items) else ():
            if isinstance(item, Scalar):
                name, equals, _ = item.text.partition("=")
                text = self.text(item).text.partition("=")[2]
                yield name, item, Scalar(text, item.place, "quoted") if equals else None

    # What texts mean

    def flag(self, text: str, *path: str | int, otherwise: bool = False) -> bool:
        if not text:
            return otherwise
        found = truth(text)
        if found is None:
            self.problem(f"expected true or false, got {quote(text)}", *path)
        return bool(found)

    def number(self, text: str, *path: str | int) -> float | None:
        found = number(text) if text else None
        if text and found is None:
            self.problem(f"expected a number, got {quote(text)}", *path)
        return found

    def whole(self, text: str, *path: str | int) -> int | None:
        found = whole(text) if text else None
        if text and found is None:
            self.problem(f"expected a whole number, got {quote(text)}", *path)
        return found

    def duration(self, text: str, *path: str | int) -> Scalar | None:
        if text and ((number(text) is not None and text != "0") or duration(text) is None):
            self.problem(f"expected a duration such as 10s or 1m30s, got {quote(text)}", *path)
            return None
        return nodes.word(text, self.spot(*path)) if text else None

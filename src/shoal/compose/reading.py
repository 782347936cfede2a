"""Compose files → one tree: each with its variables filled in, what it includes and extends put in, merged."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from shoal.compose.extending import Extending, Origin
from shoal.compose.merging import TAGS, cleared, merged
from shoal.compose.paths import moved
from shoal.errors import Cycle, MissingFile, Place, WrongType
from shoal.spec.expand import Lenient
from shoal.spec.interpolate import filled
from shoal.spec.reader import read_file
from shoal.spec.report import Report
from shoal.spec.tree import Entry, Items, Node, Path, Scalar, Table, empty
from shoal.spec.variables import known
from shoal.spec.words import quote

SECTIONS = ("services", "networks", "volumes", "secrets", "configs", "models")


class Scene(NamedTuple):
    """Some files of one project: where their relative paths begin, what their variables are, and which files include
    them."""

    folder: FilePath
    variables: Mapping[str, str]
    trail: tuple[FilePath, ...] = ()


class Reader:
    """`missing` gathers the variables without a value, `files` all that was read."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.missing: dict[str, None] = {}
        self.files: list[FilePath] = []

    def scope(self, variables: Mapping[str, str]) -> Lenient:
        return Lenient(variables, self.missing)

    def several(self, files: Sequence[FilePath], scene: Scene) -> Table:
        """All of them, the later over the earlier; relative paths are those of the scene's folder."""
        found = empty(Place(str(files[0]), 1, 1))
        for file in files:
            found = merged(found, self._one(file, scene, found))
        return found

    def _one(self, file: FilePath, scene: Scene, before: Table) -> Table:
        tree = self._read(file, scene.variables)
        here = scene._replace(trail=(*scene.trail, FilePath(os.path.realpath(file))))
        include = tree.get("include")
        for index, item in enumerate(include.items if isinstance(include, Items) else ()):
            tree = self._included(tree, item, ("include", index), here)
        if not isinstance(include, Scalar | Table):  # one that is no list is for others to refuse
            tree = tree.without("include")
        services, earlier = tree.get("services"), before.get("services")
        if not isinstance(services, Table):
            return tree
        read: Callable[[FilePath], Table] = partial(self._read, variables=scene.variables)
        origin = Origin(file, scene.folder, services, earlier if isinstance(earlier, Table) else empty(tree.place))
        done = Entry(tree.entries["services"].place, Extending(read, self.report).all(origin))
        return Table({**tree.entries, "services": done}, tree.place)

    def _read(self, file: FilePath, variables: Mapping[str, str]) -> Table:
        self.files.append(file)
        tree = read_file(file, self.report, TAGS)
        tree = tree.without(*(key for key in tree.entries if key.startswith("x-")))
        return filled(tree, self.scope(variables), self.report)

    def _included(self, tree: Table, item: Node, path: Path, scene: Scene) -> Table:
        """`tree` with all that one entry of `include` brings."""
        files = [scene.folder / name for name in _texts(item, "path")]
        if not files:
            self.report.add(WrongType, path, "expected a path, or a map with `path`", item.place)
        for file in files:
            self._check(file, path, item.place, scene)
        if self.report.broken(path):
            return tree
        named = _texts(item, "project_directory") if isinstance(item, Table) else []
        home = scene.folder / named[0] if named else files[0].parent
        listed = _texts(item, "env_file") if isinstance(item, Table) else []
        env_files = [scene.folder / name for name in listed if name != os.devnull]
        variables = scene.variables if os.devnull in listed else known(home, "", scene.variables, env_files, self.scope)
        found = cleared(self.several(files, Scene(home, variables, scene.trail)))
        assert isinstance(found, Table)
        return self._united(tree, moved(found, os.path.relpath(home, scene.folder)), item.place)

    def _check(self, file: FilePath, path: Path, place: Place, scene: Scene) -> None:
        if not file.is_file():
            self.report.add(MissingFile, path, f"there is no file {quote(str(file))}", place)
        elif FilePath(os.path.realpath(file)) in scene.trail:
            circle = " → ".join(one.name for one in (*scene.trail, file))
            raise Cycle(f"{circle}: each includes the next", where=place, hint="take one `include` out of this circle")

    def _united(self, tree: Table, more: Table, place: Place) -> Table:
        """What an included file declares, beside what is there. Twice the same is once; else they clash."""
        entries = dict(tree.entries)
        for section in SECTIONS:
            theirs, ours = more.get(section), tree.get(section)
            if isinstance(theirs, Table) and (ours is None or isinstance(ours, Table)):
                mine = ours.entries if ours else {}
                self._check_clashes(section, mine, theirs)
                at = entries[section].place if section in entries else place
                entries[section] = Entry(at, Table({**theirs.entries, **mine}, at))
        return Table(entries, tree.place)

    def _check_clashes(self, section: str, mine: Mapping[str, Entry], theirs: Table) -> None:
        for name, (place, value) in theirs.entries.items():
            if name in mine and plain(mine[name].value) != plain(value):
                what = f"{quote(name)} is declared in {place} as well, which is included"
                hint = "rename one of the two, or change it in an override file"
                self.report.add(WrongType, (section, name), what, mine[name].place, hint)


def plain(node: Node) -> Any:
    """What it says, wherever it stands."""
    if isinstance(node, Table):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    return [plain(item) for item in node.items] if isinstance(node, Items) else node.text


def _texts(node: Node, key: str) -> list[str]:
    """A text alone, or one or several below a key of a map."""
    if isinstance(node, Table):
        inner = node.get(key)
        return _texts(inner, key) if inner is not None else []
    found = node.items if isinstance(node, Items) else (node,)
    return [item.text for item in found if isinstance(item, Scalar) and not item.null]

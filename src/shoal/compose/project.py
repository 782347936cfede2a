"""What Compose files say, whole: read, filled in, merged, and every key of it known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from shoal.compose.models import File
from shoal.compose.reading import Reader, Scene
from shoal.errors import Place
from shoal.spec.conform import conform
from shoal.spec.report import Report
from shoal.spec.tree import Path, Table, find
from shoal.spec.variables import known


class Project:
    """`tree` has the places, `file` the same by its keys. `missing` are the variables that are empty for want of a
    value, `files` all that was read."""

    def __init__(
        self,
        files: Sequence[FilePath],
        variables: Mapping[str, str],
        report: Report,
        env_files: Sequence[FilePath] = (),
    ) -> None:
        self.folder = files[0].parent
        self.report = report
        reader = Reader(report)
        self.variables = known(self.folder, "", variables, env_files, reader.scope)
        self.variables.setdefault("COMPOSE_PROJECT_NAME", _plain(self.folder.resolve().name))
        self.tree = reader.several(files, Scene(self.folder, self.variables))
        self.file: File = conform(self.tree, File, report)
        self.missing = tuple(reader.missing)
        self.files = tuple(dict.fromkeys(reader.files))

    @property
    def name(self) -> str:
        """What it is called, for Compose: in lower case, with _ and -."""
        return self.file.name or self.variables["COMPOSE_PROJECT_NAME"]

    def spot(self, path: Path) -> Place:
        """Where the key at `path` stands, or the list's item; if there is none, the next thing above."""
        while path:
            parent = find(self.tree, path[:-1])
            if isinstance(parent, Table) and path[-1] in parent.entries:
                return parent.entries[str(path[-1])].place
            if (node := find(self.tree, path)) is not None:
                return node.place
            path = path[:-1]
        return self.tree.place


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "", text.lower()).lstrip("_-")

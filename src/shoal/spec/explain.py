"""Who sets a variable, and who would have: what the caller, the files of variables, the file and its overlay say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import NamedTuple

from shoal.errors import Place
from shoal.spec import overlay
from shoal.spec.expand import named
from shoal.spec.finding import located
from shoal.spec.reader import read_file
from shoal.spec.report import Report
from shoal.spec.tree import Items, Node, Path, Scalar, Table, find
from shoal.spec.variables import read

# Words in a variable's name that make its value nobody's business.
_SECRETIVE = re.compile(
    r"PASS(WORD|WD|PHRASE)?(_|$)|SECRET|TOKEN|CREDENTIAL|PRIVATE|(API|ACCESS|ENCRYPTION)_?KEY", re.I
)

SHORTEST = 4  # letters of a secret that is looked for


class Claim(NamedTuple):
    """What one source says. No `value`: it says that there is to be none, or has nothing to say any more."""

    source: str
    place: Place | None
    value: str | None


class Use(NamedTuple):
    """Where the file asks for a variable."""

    path: Path
    place: Place
    text: str


class Sources:
    """One file in one environment, each source by itself. The file has been loaded before, without an error."""

    def __init__(
        self, file: FilePath, environment: str, given: Mapping[str, str], env_files: Sequence[FilePath] = ()
    ) -> None:
        file = located(file)
        written = read_file(file, Report())
        self._base = written.without("environments", *(key for key in written.entries if key.startswith("x-")))
        self._over = overlay.environments(written, Report())[environment]
        self._tree = overlay.merged(self._base, self._over, (), Report())
        self._overlay = f"the overlay {environment}"
        self._given = given
        self._files = read(file.parent, environment, given, env_files)

    def variable(self, name: str) -> list[Claim]:
        """Who sets `${name}`, the winner first."""
        found = [Claim("the caller's environment", None, self._given[name])] if name in self._given else []
        settings = [layer[name] for layer in reversed(self._files) if name in layer]
        return [*found, *(Claim("", setting.place, setting.value) for setting in settings)]

    def uses(self, name: str) -> list[Use]:
        return [use for use, names in self._asked() if name in names]

    def names(self) -> frozenset[str]:
        """Variables that the file asks for, or that a file of variables sets."""
        asked = {name for _, names in self._asked() for name in names}
        return frozenset(asked.union(*self._files))

    def own(self, section: str, service: str, name: str) -> list[Claim]:
        """What overlay and file say of a variable in a service's `environment`, the stronger first. Alone, a name takes
        the caller's value; in the overlay, nothing after it takes it away."""
        path = (section, service, "environment")
        found = []
        if entry := _entry(find(self._over, path), name):
            found.append(Claim(self._overlay, *entry))
        if entry := _entry(find(self._base, path), name):
            found.append(Claim("the file", entry[0], f"${{{name}}}" if entry[1] is None else entry[1]))
        return found

    def made_of(self, text: str) -> list[tuple[str, Claim]]:
        """The variables that a text asks for, with what sets each; its default, where nothing does."""
        found = dict.fromkeys(named(text))
        return [(name, next(iter(self.variable(name)), Claim("its default", None, None))) for name in found]

    def secretive(self, name: str) -> bool:
        """Whether a value is to be kept to itself: by the variable's name, or because a secret is made of it."""
        secrets = self._tree.get("secrets")
        entries = [find(e.value, ("env",)) for e in secrets.entries.values()] if isinstance(secrets, Table) else []
        return bool(_SECRETIVE.search(name)) or any(isinstance(e, Scalar) and e.text == name for e in entries)

    def secret_values(self) -> list[str]:
        """What must not be seen, wherever it turns up; the longest first. A letter or two would be everywhere."""
        found = (claim.value or "" for name in self.names() if self.secretive(name) for claim in self.variable(name))
        return sorted({value for value in found if len(value) >= SHORTEST}, key=len, reverse=True)

    def _asked(self) -> Iterator[tuple[Use, frozenset[str]]]:
        for path, scalar in _texts(self._tree):
            names = {*named(scalar.text), *_bare(path, scalar)}
            if names:
                yield Use(path, scalar.place, scalar.text), frozenset(names)


def _entry(node: Node | None, name: str) -> tuple[Place, str | None] | None:
    """Place and text of a variable in a map, or in a list of `NAME=text`."""
    if isinstance(node, Table) and name in node.entries:
        place, value = node.entries[name]
        return (place, None if value.null else value.text) if isinstance(value, Scalar) else None
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Scalar) and item.text.partition("=")[0] == name:
            return item.place, item.text.partition("=")[2] if "=" in item.text else f"${{{name}}}"
    return None


def _texts(node: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from _texts(item, (*path, index))
    else:
        for key, entry in node.entries.items():
            yield from _texts(entry.value, (*path, key))


def _bare(path: Path, scalar: Scalar) -> Iterator[str]:
    """Names that are asked for without a `$`: a name alone under `environment`, and what a secret is made of."""
    if len(path) == 3 and path[0] == "secrets" and path[2] == "env":
        yield scalar.text
    elif path[2:3] == ("environment",) and scalar.null:
        yield str(path[-1])
    elif path[2:3] == ("environment",) and isinstance(path[-1], int) and "=" not in scalar.text:
        yield scalar.text

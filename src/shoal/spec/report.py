"""Collects what is wrong, so that one pass shows all of it."""

from __future__ import annotations

from shoal.errors import FileError, Place, Problems
from shoal.spec.tree import Path

SHOWN = 50  # problems


class Report:
    """Problems found so far. A path with a problem is `broken`: checks that build on it stay silent."""

    def __init__(self) -> None:
        self.found: dict[tuple[Place | None, str], FileError] = {}
        self._broken: set[Path] = set()

    def add(self, kind: type[FileError], path: Path, what: str, place: Place | None, hint: str = "") -> None:
        """Note a problem at `path`, once. The message starts with the path: `services/users/port: ...`."""
        head = "/".join(str(step) for step in path)
        text = f"{head}: {what}" if head else what
        self.found.setdefault((place, text), kind(text, where=place, hint=hint))
        self._broken.update(path[:length] for length in range(len(path) + 1))

    def broken(self, path: Path) -> bool:
        """Whether a problem was found at `path`, or anywhere below it."""
        return path in self._broken

    def also(self, other: Report, but: tuple[type[FileError], ...], note: str) -> None:
        """Take over what another pass found beyond this one, but for some kinds, with a note."""
        for key, problem in other.found.items():
            if key not in self.found and not isinstance(problem, but):
                noted = type(problem)(f"{problem.what} {note}", where=problem.where, hint=problem.hint)
                self.found[(problem.where, noted.what)] = noted

    def raise_any(self) -> None:
        """Nothing, the only problem, or `Problems` with all of them in the file's order."""
        found = sorted(self.found.values(), key=_order)
        if len(found) == 1:
            raise found[0]
        if len(found) > SHOWN:
            rest = f"and {len(found) - SHOWN} more problems"
            found = [*found[:SHOWN], FileError(rest, where=found[SHOWN].where)]
        if found:
            raise Problems.of(tuple(found))


def _order(problem: FileError) -> tuple[bool, str, int, int]:
    place = problem.where
    return (place is None, place.file, place.line, place.column) if place else (True, "", 0, 0)

"""Every error a user can meet: where it is, what is wrong, what to do next, and its own exit code.

::

    ShoalError                      1
    ├── UsageError                  2   the command line is wrong
    ├── FileError                   3   shoal.yaml (or a file it names) is wrong
    │   ├── SyntaxProblem               not YAML
    │   ├── UnknownKey                  a key that no part of shoal reads
    │   ├── WrongType                   a value of the wrong kind or out of range
    │   ├── MissingFile                 a file or folder that is named but isn't there
    │   ├── MissingVariable             ${VAR:?...} or ${VAR} without a value
    │   ├── UnknownReference            a name that nothing in the file carries
    │   ├── Cycle                       things that wait for each other
    │   ├── SecretInArgument            a secret templated into a command line or a build
    │   └── Problems                    several of these in one file, one per line
    ├── ToolMissing                 4   an engine or program that can't be had here
    ├── BuildFailed                 5   a build step ended with an error
    ├── StartFailed                 6   an instance died at start or never became ready
    ├── JobFailed                   7   a job or migration ended with an error
    ├── PortInUse                   8   a fixed port that somebody else listens on
    ├── Busy                        9   another `up` or `down` is at work, or a process stands in for the service
    ├── NotRunning                 10   a verb that needs a running app
    ├── StateDamaged               11   state on disk that can't be read
    ├── TimedOut                   12   a deadline passed (--wait)
    ├── Refused                    13   a question that nobody was there to answer, or a file in the way
    ├── DriverFailed               14   the platform refused an operation
    ├── RolledBack                 15   a release failed, and the one before it is wanted again
    ├── TargetMissing              16   a target that this shoal can't run apps on
    └── Interrupted               130   Ctrl-C
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file, 1-based, as editors count."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class ShoalError(Exception):
    """Base of all. `what` is one sentence; `hint` says what to do next; `where` is a place, or nothing."""

    exit_code = 1

    def __init__(self, what: str, *, where: Place | None = None, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.hint}" if self.hint else head

    def kind(self) -> str:
        """The class of the tree that it belongs to: a driver's own subclass is nobody else's business."""
        return next(kind.__name__ for kind in type(self).__mro__ if kind.__name__ in KINDS)

    def to_json(self) -> dict[str, object]:
        """The form that crosses the control socket."""
        place = list(self.where) if self.where else None
        return {"kind": self.kind(), "what": self.what, "where": place, "hint": self.hint}


class UsageError(ShoalError):
    exit_code = 2


class FileError(ShoalError):
    exit_code = 3


class SyntaxProblem(FileError):
    pass


class UnknownKey(FileError):
    pass


class WrongType(FileError):
    pass


class MissingFile(FileError):
    pass


class MissingVariable(FileError):
    pass


class UnknownReference(FileError):
    pass


class Cycle(FileError):
    pass


class SecretInArgument(FileError):
    pass


class Problems(FileError):
    """Several problems of one file: `what` holds their texts, `found` (on this side of a socket) each of them."""

    found: tuple[FileError, ...] = ()

    @classmethod
    def of(cls, found: tuple[FileError, ...]) -> Problems:
        many = cls("\n".join(str(problem) for problem in found))
        many.found = found
        return many


@contextmanager
def at(place: Place | None) -> Iterator[None]:
    """What is wrong in here is wrong at `place`, unless it knows better: who finds it often knows only a folder."""
    try:
        yield
    except FileError as problem:
        problem.where = problem.where or place
        raise


class ToolMissing(ShoalError):
    exit_code = 4


class BuildFailed(ShoalError):
    exit_code = 5


class StartFailed(ShoalError):
    exit_code = 6


class JobFailed(ShoalError):
    exit_code = 7


class PortInUse(ShoalError):
    exit_code = 8


class Busy(ShoalError):
    exit_code = 9


class NotRunning(ShoalError):
    exit_code = 10


class StateDamaged(ShoalError):
    exit_code = 11


class TimedOut(ShoalError):
    exit_code = 12


class Refused(ShoalError):
    exit_code = 13


class DriverFailed(ShoalError):
    exit_code = 14


class RolledBack(ShoalError):
    exit_code = 15


class TargetMissing(ShoalError):
    exit_code = 16


class Interrupted(ShoalError):
    exit_code = 130


_WAYS_OUT = {
    errno.ENOSPC: "make room there; what runs goes on, and is tended again when there is some",
    errno.EDQUOT: "make room there; what runs goes on, and is tended again when there is some",
    errno.EROFS: "it can't be written to: see how it is mounted",
    errno.EACCES: "see whose it is, and its mode",
    errno.EPERM: "see whose it is, and its mode",
    errno.EISDIR: "a folder lies where shoal keeps a file: move it away",
    errno.ENOTDIR: "a file lies where shoal keeps a folder: move it away",
    errno.EEXIST: "a file lies where shoal keeps a folder: move it away",
    errno.EMFILE: "raise the limit of open files (`ulimit -Hn`)",
    errno.ENFILE: "the whole machine has too many files open",
    errno.EIO: "the disk fails: see the kernel's log",
}


def of_system(problem: Exception) -> DriverFailed | None:
    """What the operating system refused, in words; None for what is no such refusal, but a defect of ours."""
    if not isinstance(problem, OSError) or problem.errno not in _WAYS_OUT:
        return None
    what = f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem.strerror)
    return DriverFailed(what, hint=_WAYS_OUT[problem.errno])


def _tree(root: type[ShoalError]) -> dict[str, type[ShoalError]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


KINDS = _tree(ShoalError)


def from_json(data: dict[str, object]) -> ShoalError:
    """The error that `to_json` wrote, as its own class again."""
    kind = KINDS.get(str(data.get("kind")), ShoalError)
    place = data.get("where")
    where = Place(*place) if isinstance(place, list) else None
    return kind(str(data.get("what")), where=where, hint=str(data.get("hint") or ""))

"""`inputs` of a job or a migration → patterns."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from pathlib import PurePosixPath

from shoal.errors import MissingFile, WrongType
from shoal.spec.facts import Facts
from shoal.spec.models import JobEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote, suggestion

_WILD = re.compile(r"[*?\[]")


def inputs_of(entry: list[str], path: Path, folder: str, facts: Facts) -> tuple[str, ...]:
    """The patterns, each of which can mean something in `folder`."""
    for index, text in enumerate(entry):
        here = (*path, index)
        if not facts.report.broken(here):
            _check(text, here, folder, facts)
    return tuple(dict.fromkeys(entry))


def check_counts(entry: JobEntry, path: Path, facts: Facts) -> None:
    """They decide whether `up` does a job again; whoever asks for one gets it done anyway."""
    if entry.inputs and (entry.when == "request" or entry.schedule):
        why = "on request" if entry.when == "request" else "by its schedule"
        hint = "leave it out; it is for jobs that each `up` sees done"
        facts.problem_at_key(WrongType, (*path, "inputs"), f"means nothing here: the job runs {why}", hint)


def _check(text: str, path: Path, folder: str, facts: Facts) -> None:
    parts = PurePosixPath(text).parts
    if not parts or parts[0] == "/" or ".." in parts:
        what = f"expected files below {folder}, got {quote(text)}"
        facts.problem(WrongType, path, what, "such as migrations/** or *.sql")
        return
    at = facts.folder / folder
    for part in parts:
        if _WILD.search(part):
            return
        if not _exists(at / part):
            what = f"there is no {quote(part)} for {quote(f'{folder}/{text}')}"
            facts.problem(MissingFile, path, what, suggestion(part, _names(at), "there are"))
            return
        at /= part


def _exists(path: FilePath) -> bool:
    try:
        return path.exists()
    except OSError:
        return False  # a name too long, or a folder we may not look into


def _names(folder: FilePath) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []

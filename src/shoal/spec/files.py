"""`files` → File: configuration files of a service or job."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from msgspec import UNSET

from shoal.errors import MissingFile, WrongType
from shoal.model.app import File
from shoal.spec.facts import Facts
from shoal.spec.models import FileEntry
from shoal.spec.references import Caller, resolve
from shoal.spec.tree import Path
from shoal.spec.words import quote

PLACES = "app.yaml lies below ${self.files}, ./config/app.yaml below the working folder"


def files_of(written: dict[str, FileEntry], path: Path, caller: Caller, facts: Facts) -> tuple[File, ...]:
    """The files that could be understood, by tidy paths; the others are reported."""
    found: dict[str, File] = {}
    for name, entry in written.items():
        here = (*path, name)
        if facts.report.broken(here):
            continue
        place = _place(name, here, facts)
        source = _source(entry, here, facts)
        content = resolve(entry.content, (*here, "content"), caller, facts) if entry.content is not UNSET else None
        if place:
            _check_clash(place, found, here, facts)
            found[place] = File(place, content, source)
    return tuple(found.values())


def _place(name: str, path: Path, facts: Facts) -> str:
    """Where it goes, tidied up; nothing when that can't be."""
    parts = PurePosixPath(name).parts
    if not parts or (name.startswith("/") and facts.target == "process") or ".." in parts or "\0" in name:
        what = f"{quote(name)} is no place for a file: it has to be a relative path without `..`"
        facts.problem_at_key(WrongType, path, what, PLACES)
        return ""
    if parts[0] == "/":  # a container has the whole disk for itself
        return f"/{'/'.join(parts[1:])}"
    return ("./" if name.startswith("./") else "") + "/".join(parts)


def _source(entry: FileEntry, path: Path, facts: Facts) -> str:
    """The file or folder it is copied from, relative to the app's; it has to be there, and inside."""
    if (entry.content is UNSET) == (entry.from_ is UNSET):
        hint = '{content: "..."} or {from: conf/app.yaml}'
        facts.problem(WrongType, path, "expected either `content` or `from`", hint)
    if entry.from_ is UNSET or facts.report.broken((*path, "from")):
        return ""
    root = os.path.realpath(facts.folder)
    real = os.path.realpath(facts.folder / entry.from_)
    if real != root and not real.startswith(root.rstrip("/") + "/"):
        what = f"{quote(entry.from_)} lies outside the app's folder"
        facts.problem(WrongType, (*path, "from"), what, "copy it into the app: what it runs with belongs to it")
    elif not os.path.exists(real):  # noqa: PTH110 (pathlib raises for names that are too long)
        what = f"there is no file or folder {quote(entry.from_)}"
        facts.problem(MissingFile, (*path, "from"), what, "paths are relative to this file")
    return entry.from_


def _check_clash(place: str, found: dict[str, File], path: Path, facts: Facts) -> None:
    """Nothing lies where another file does. Below a copied folder something may be added."""
    for other, file in found.items():
        if place == other or _below(other, place) or (_below(place, other) and file.content is not None):
            what = f"{quote(str(path[-1]))} and {quote(other)} are in each other's way"
            facts.problem_at_key(WrongType, path, what, "keep one of the two, or give it another place")
            return


def _below(place: str, other: str) -> bool:
    return place.startswith(f"{other}/")

"""`env_file`: variables of a service from files. They are read as Compose reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

from msgspec import UNSET

from shoal.errors import MissingFile
from shoal.model.values import Value, concat
from shoal.spec.dotenv import parse
from shoal.spec.expand import Lenient
from shoal.spec.facts import Facts
from shoal.spec.models import EnvFileEntry
from shoal.spec.reader import text_of
from shoal.spec.tree import Path
from shoal.spec.words import quote


def from_files(written: str | list[str | EnvFileEntry], path: Path, facts: Facts) -> dict[str, Value]:
    """Name -> value; of two files the later wins. One that isn't there is reported, unless it needn't be."""
    found: dict[str, str] = {}
    for one, here in _each(written, path):
        entry = EnvFileEntry(path=one) if isinstance(one, str) else one
        file = facts.folder / entry.path
        if facts.report.broken(here):
            continue
        if file.is_file():
            raw = entry.format is not UNSET
            found |= _raw(text_of(file)) if raw else _read(file, facts.variables, found)
        elif entry.required:
            facts.problem(MissingFile, here, f"there is no file {quote(entry.path)}", "paths are relative to this file")
    return {name: concat(value) for name, value in found.items()}


def _each(written: str | list[str | EnvFileEntry], path: Path) -> list[tuple[str | EnvFileEntry, Path]]:
    if isinstance(written, str):
        return [(written, path)]
    return [(one, (*path, index)) for index, one in enumerate(written)]


def _read(file: FilePath, given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What the file sets is what counts, whatever the caller's variables of these names are."""
    settings = parse(text_of(file), str(file), {}, {**given, **before}, Lenient)
    return {name: setting.value for name, setting in settings.items()}


def _raw(text: str) -> dict[str, str]:
    lines = (line.partition("=") for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return {name.strip(): value for name, equals, value in lines if equals}

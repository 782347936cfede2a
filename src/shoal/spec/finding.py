"""Where the file is."""

from __future__ import annotations

from pathlib import Path as FilePath

from shoal.errors import MissingFile, Place

NAMES = ("shoal.yaml", "shoal.yml")


def find(start: FilePath) -> FilePath:
    """The file an app is described in: `start` itself, or shoal.yaml in this folder or the nearest one above."""
    if start.is_file():
        return start
    if not start.exists():
        raise MissingFile(f"there is no {start}", hint="name a shoal.yaml, or a folder with one in it")
    for folder in (start, *_above(start)):
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
    what = f"there is no {NAMES[0]} in {start.absolute()} or above"
    raise MissingFile(what, hint="`shoal init` writes a first one; -f names another file")


def _above(start: FilePath) -> list[FilePath]:
    """The folders above, spelled the way `start` is: relative ones give short places in errors."""
    if start.is_absolute():
        return list(start.parents)
    levels = len(start.absolute().parents)
    return [start.joinpath(*[".."] * level) for level in range(1, levels + 1)]


def located(folder_or_file: FilePath) -> FilePath:
    """The file itself, or the one in this very folder."""
    if not folder_or_file.is_dir():
        if folder_or_file.exists():
            return folder_or_file
        where = Place(str(folder_or_file))
        raise MissingFile("there is no such file", where=where, hint="`shoal init` writes a first one")
    for name in NAMES:
        if (folder_or_file / name).is_file():
            return folder_or_file / name
    what = f"there is no {NAMES[0]} in this folder"
    raise MissingFile(what, where=Place(str(folder_or_file)), hint="`shoal init` writes a first one")

"""Write a first shoal.yaml from what stands in a folder: services by their languages, backing services by the clients
that services use, routes and probes where the code has them. Or, with --template, a whole app to begin with. Nothing is
ever overwritten."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from shoal.cli.output import data, progress
from shoal.cli.place import NAMES
from shoal.errors import FileError, Refused, UsageError

EXAMPLE = "shoal init --template blog my-blog"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: this one")
    parser.add_argument("--template", metavar="NAME", help="write a whole app: blog")


def run(options: Namespace) -> int:
    if options.file:
        raise UsageError("init writes a new file", hint="Name its folder: shoal init FOLDER")
    folder = Path(options.folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    return _from_template(options.template, folder) if options.template is not None else _from_folder(folder)


def _from_template(name: str, folder: Path) -> int:
    from shoal.cli.templates import copy

    count = copy(name, folder)
    data(f"wrote {count} files of {name} into {_shown(folder)}")
    progress(f"Next: {'' if _here(folder) else f'cd {folder}, '}shoal up")
    return 0


def _from_folder(folder: Path) -> int:
    from shoal.cli.survey import parts
    from shoal.draft import compose

    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="shoal init --template NAME FOLDER makes one.")
    for name in NAMES:
        if os.path.lexists(folder / name):
            raise Refused(
                f"{folder / name} is there already", hint="nothing was written; shoal config shows what it says"
            )
    found = parts(folder)
    if not found:
        hint = "It looks for pom.xml, pyproject.toml, requirements.txt and package.json, three folders deep."
        raise UsageError(f"no part of {folder.absolute()} is recognised", hint=f"{hint} Or: shoal init --template blog")
    draft = compose(folder.resolve().name, found)
    file = folder / NAMES[0]
    with file.open("x", encoding="utf-8") as out:
        out.write(draft.text)
    data(f"wrote {file}")
    for line in draft.found:
        progress(f"  found  {line}")
    for line in draft.check:
        progress(f"  check  {line}")
    return checked(file)


def checked(file: Path, env_files: Sequence[Path] = ()) -> int:
    """What was written is read again: whatever is wrong with it should be known now."""
    from shoal.spec import load

    try:
        load(file, variables=os.environ, env_files=env_files)
    except FileError as problem:
        raise type(problem)(
            f"what was written needs a hand: {problem.what}", where=problem.where, hint=problem.hint
        ) from None
    progress("Next: shoal plan, shoal up")
    return 0


def _here(folder: Path) -> bool:
    return folder.resolve() == Path.cwd()


def _shown(folder: Path) -> str:
    return "this folder" if _here(folder) else str(folder)

"""Write a shoal.yaml from Compose files: those that are named, else those that Compose would take in this folder. What
of them isn't honoured is told with its line, and stands in the new file."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from shoal.cli.load import env_file_argument
from shoal.cli.output import data, progress
from shoal.cli.place import NAMES
from shoal.errors import MissingFile, Refused, UsageError

EXAMPLE = "shoal import compose.yaml compose.prod.yaml"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="COMPOSE_FILE", help="the later over the earlier")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: shoal.yaml beside the first; -: to stdout")
    parser.add_argument("--force", action="store_true", help="overwrite it")
    env_file_argument(parser)


def run(options: Namespace) -> int:
    from shoal.compose.hints import hints
    from shoal.compose.loading import translation
    from shoal.compose.project import Project
    from shoal.compose.writing import written
    from shoal.spec.report import Report

    files, out = _files(options), options.output
    target = Path(out) if out not in (None, "-") else files[0].parent / NAMES[0]
    if out != "-" and os.path.lexists(target) and not options.force:
        raise Refused(f"{target} is there already", hint="nothing was written; --force overwrites it, -o - prints")
    env_files = [Path(name).absolute() for name in options.env_file]
    found = translation(files, os.environ, Report(), env_files, keep=True)
    project = Project(files, os.environ, Report(), env_files)
    text = written(found.tree, [file.name for file in files], found.remarks, hints(project.file, found.names))
    if out == "-":
        data(text.rstrip("\n"))
    else:
        target.write_text(text, encoding="utf-8")
        data(f"wrote {target}")
    for remark in found.remarks:
        progress(f"  not honoured  {remark}")
    return 0 if out == "-" else _checked(target, env_files)


def _files(options: Namespace) -> list[Path]:
    from shoal.compose.finding import usual

    if options.file:
        raise UsageError("import takes files by their names", hint="shoal import compose.yaml")
    files = [Path(name) for name in options.files] or list(usual(Path(), os.environ))
    if not files:
        raise MissingFile("there is no Compose file in this folder", hint="Name one: shoal import FILE")
    return files


def _checked(file: Path, env_files: list[Path]) -> int:
    """What was written is read again: whatever is wrong with it should be known now."""
    from shoal.cli.init_ import checked

    return checked(file, env_files)

"""Write the app as another tool's file: `compose` makes a Compose file, by which it runs without shoal. What such a
file can't say is told by name, and stands at its top."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from shoal.cli.load import env_file_argument, load_app
from shoal.cli.output import data, progress
from shoal.cli.place import DOCKER, place
from shoal.errors import Refused

EXAMPLE = "shoal export compose -o compose.yaml"
FILE = "compose.yaml"
FILLED = re.compile(rb"\$\{\w+(\}|:?[-?+])|\benv_file\b")
"""By what a file takes values from outside. (References have a dot in them.)"""


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=["compose"], metavar="compose", help="what kind of file")
    parser.add_argument("-o", "--output", metavar="FILE", help=f"default: {FILE} beside shoal.yaml; -: to stdout")
    parser.add_argument("--force", action="store_true", help="overwrite it")
    env_file_argument(parser)


def run(options: Namespace) -> int:

    from shoal.compose.export import exported, printed
    from shoal.desired import compile
    from shoal.engine import gather

    at, out = place(options), options.output
    target = Path(out) if out not in (None, "-") else at.folder / FILE
    if out != "-" and os.path.lexists(target) and not options.force:
        raise Refused(f"{target} is there already", hint="nothing was written; --force overwrites it, -o - prints")
    at.given, at.profiles = DOCKER, ("*",)
    app = load_app(at)
    found = exported(app, compile(app, gather(app)), filled=FILLED.search(at.file.read_bytes()) is not None)
    text = printed(found, at.file.name)
    if out == "-":
        data(text.rstrip("\n"))
    else:
        target.write_text(text, encoding="utf-8")
        data(f"wrote {target}")
    for line in found.lost:
        progress(f"  can't be said  {line}")
    return 0

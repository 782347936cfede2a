"""The version of shoal, and of the engines that it brings along."""

from __future__ import annotations

import platform
from argparse import ArgumentParser, Namespace

from shoal import __version__
from shoal.cli.doctor_ import ENGINES, EXTRAS
from shoal.cli.output import as_json, data

EXAMPLE = "shoal version --json"
JSON = {
    "shoal": "its version",
    "python": "the version of the interpreter",
    "engines": "of each the version of its package; empty: missing",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    from shoal.build.engines import version

    # A wheel may hold several programs: its number is the package's, not each program's own.
    names = ENGINES | EXTRAS
    engines = {key: version(key) for key in names.values()}
    if options.json:
        as_json({"version": 1, "shoal": __version__, "python": platform.python_version(), "engines": engines})
        return 0
    data(f"shoal {__version__} on Python {platform.python_version()}")
    data("engines, by the version of the package that brings them:")
    for name, key in names.items():
        data(f"  {name:<16} {engines[key] or 'missing'}")
    return 0

"""Start stopped services again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.change import change, quiet_argument

EXAMPLE = "shoal start users"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="+", metavar="SERVICE")
    quiet_argument(parser)


def run(options: Namespace) -> int:
    return change(options, "start", options.services)

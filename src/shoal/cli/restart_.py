"""Replace the instances of services: a new one is ready before the old one goes, where that can be."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.change import change, quiet_argument

EXAMPLE = "shoal restart users"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="+", metavar="SERVICE")
    quiet_argument(parser)


def run(options: Namespace) -> int:
    return change(options, "restart", options.services)

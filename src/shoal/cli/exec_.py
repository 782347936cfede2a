"""Run a command beside a running instance: its environment, its working directory. shoal exec users env"""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace

from shoal.cli.invoke import invoke
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal exec users env"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("command", nargs=REMAINDER, metavar="COMMAND ...")


def run(options: Namespace) -> int:
    if not options.command:
        raise UsageError("exec: a command is missing", hint=f"For example: shoal exec {options.service} env")
    found = place(options).client().ask("invocation", service=options.service, command=options.command, running=True)
    return invoke(found)

"""Run a job to its end (shoal run seed), or a command with the environment of a service (shoal run posts flask shell).
The exit code is the command's."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace

from shoal.cli.invoke import invoke
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal run seed"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("service", metavar="JOB|SERVICE")
    parser.add_argument("command", nargs=REMAINDER, metavar="COMMAND ...")


def run(options: Namespace) -> int:
    found = place(options).client().ask("invocation", service=options.service, command=options.command)
    if found["kind"] != "job" and not options.command:
        hint = f"For example: shoal run {options.service} env"
        raise UsageError(f"{options.service} is no job: name a command to run", hint=hint)
    return invoke(found)

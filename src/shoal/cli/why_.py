"""Why a service is as it is: the chain of causes, what happened to it last, and the last 20 lines it printed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.follow import last_lines
from shoal.cli.output import as_json, data
from shoal.cli.place import place

EXAMPLE = "shoal why users"
JSON = {
    "causes": "lines, from what is seen to what began it",
    "log": "the last lines that it printed",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    found = place(options).client().ask("why", service=options.service)
    printed = last_lines(found["files"], 20)
    if options.json:
        as_json({"version": 1, "causes": found["lines"], "log": printed})
        return 0
    for line in found["lines"]:
        data(line)
    data(f"\nthe last {len(printed)} lines it printed:" if printed else "\nit printed nothing")
    for line in printed:
        data(f"  | {line}")
    return 0

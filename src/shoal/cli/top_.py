"""The processes of each running instance: who they are, since when, what they use."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.output import age, as_json, data, size, table
from shoal.cli.place import place

HEAD = ("PID", "PARENT", "USER", "AGE", "CPU", "MEMORY", "THREADS", "COMMAND")
EXAMPLE = "shoal top users"
JSON = {
    "instances": "each with `instance`, `workload`, `index` and `processes`: `pid`, `parent`, `user`, `started`, `cpu`"
    " (seconds), `memory` (bytes), `measure` (pss or rss), `threads`, `descriptors`, `command`",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these (default: all)")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    found = place(options).client().ask("top", services=options.services)["instances"]
    if options.json:
        as_json({"version": 1, "instances": found})
        return 0
    for number, instance in enumerate(found):
        data(("\n" if number else "") + instance["instance"])
        table(HEAD, [_row(process) for process in instance["processes"]])
    return 0


def _row(process: dict[str, Any]) -> tuple[str, ...]:
    lived = age(max(0.0, time.time() - process["started"]))
    memory = size(process["memory"]) + ("" if process["measure"] == "pss" else "*")
    who = str(process["pid"]), str(process["parent"]), process["user"]
    return (*who, lived, f"{process['cpu']:.1f}s", memory, str(process["threads"]), process["command"])

"""What each running instance uses. CPU is of one core, over the last moment. MEMORY is the proportional size: what
processes have in common is counted once (*: where the system doesn't tell that, all that they have). LOG is what the
log takes on disk. On a terminal it goes on until Ctrl-C; into a pipe it is told once."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.api.client import Client
from shoal.cli.output import as_json, columns, data, size
from shoal.cli.place import place

HEAD = ("NAME", "CPU", "MEMORY", "PROCESSES", "THREADS", "FDS", "LOG")
EVERY = 2.0
ONCE = 0.5
EXAMPLE = "shoal stats --no-stream users posts"
JSON = {
    "instances": "each with `instance`, `workload`, `index`, `cpu_percent` and `usage`: `time`, `cpu` (seconds), "
    "`memory` (bytes), `measure` (pss or rss), `processes`, `threads`, `descriptors`, `log` (bytes)",
}

Instances = list[dict[str, Any]]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these (default: all)")
    parser.add_argument("--no-stream", action="store_true", help="tell it once")
    parser.add_argument("--json", action="store_true", help="print JSON, once")


def run(options: Namespace) -> int:
    from shoal.cli import terminal

    client = place(options).client()
    before = _ask(client, options.services)
    if terminal.is_live(sys.stdout) and not options.no_stream and not options.json:
        _stream(client, options.services, before)
    time.sleep(ONCE)
    found = rates(before, _ask(client, options.services))
    if options.json:
        as_json({"version": 1, "instances": found})
    else:
        for line in columns(HEAD, map(_row, found)):
            data(line)
    return 0


def _stream(client: Client, services: list[str], before: Instances) -> None:
    """Until a signal ends us."""
    from shoal.cli.screen import Screen

    with Screen(sys.stdout) as screen:
        pause = ONCE
        while True:
            time.sleep(pause)
            now = _ask(client, services)
            screen.show(columns(HEAD, map(_row, rates(before, now))))
            before, pause = now, EVERY


def _ask(client: Client, services: list[str]) -> Instances:
    found: Instances = client.ask("stats", services=services)["instances"]
    return found


def rates(before: Instances, now: Instances) -> Instances:
    """With `cpu_percent` over the time between: of one core; 0 for what wasn't there before."""
    old = {instance["instance"]: instance["usage"] for instance in before}
    return [instance | {"cpu_percent": _rate(old.get(instance["instance"]), instance["usage"])} for instance in now]


def _rate(old: dict[str, Any] | None, new: dict[str, Any]) -> float:
    if old is None or new["time"] <= old["time"]:
        return 0.0
    # A process that ended took its seconds with it.
    used = max(0.0, float(new["cpu"] - old["cpu"]))
    return round(100 * used / float(new["time"] - old["time"]), 1)


def _row(instance: dict[str, Any]) -> tuple[str, ...]:
    usage = instance["usage"]
    counts = (str(usage[name]) for name in ("processes", "threads", "descriptors"))
    memory = size(usage["memory"]) + ("" if usage["measure"] == "pss" else "*")
    return (instance["instance"], f"{instance['cpu_percent']:.1f}%", memory, *counts, size(usage["log"]))

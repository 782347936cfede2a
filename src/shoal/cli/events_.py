"""What happened: starts, ends, builds, refusals, oldest first."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.output import as_line, clock, data, event
from shoal.cli.place import place

EXAMPLE = "shoal events -f --since 10m"
JSON = {
    "time": "in seconds since the epoch",
    "kind": "one word: `started`, `ready`, `exited`, ...",
    "subject": "a workload",
    "text": "more about it",
    "instance": "empty when it is about the workload as a whole",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-f", "--follow", action="store_true", help="go on as more happens")
    parser.add_argument("--since", metavar="TIME", default="", help="10m, 2h, or 2026-01-31T10:00:00")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(options: Namespace) -> int:
    from shoal.cli.times import since

    client = place(options).client()
    for kind, value in client.stream("events", follow=options.follow, since=since(options.since)):
        if kind == "item":
            one = value["event"]
            data(as_line(one) if options.json else f"{clock(one['time'])} {event(one)}")
    return 0

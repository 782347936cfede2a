"""What services print, oldest first; with -f, on and on. Times are those at which lines were seen (~: only roughly)."""

from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from shoal.cli.place import place

EXAMPLE = "shoal logs -f --tail 20 users"
JSON = {
    "time": "in seconds since the epoch",
    "instance": "who printed it",
    "text": "the line",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these (default: all)")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as more is printed")
    parser.add_argument("-a", "--all", action="store_true", help="also of times before the last `down`")
    parser.add_argument("--tail", type=_count, metavar="N", help="only the last N lines of each instance")
    parser.add_argument("--since", metavar="TIME", default="", help="10m, 2h, or 2026-01-31T10:00:00")
    parser.add_argument("-t", "--timestamps", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def _count(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ArgumentTypeError(f"expected a number of lines or `all`, got {text}")
    return int(text)


def run(options: Namespace) -> int:
    from shoal.cli.follow import Follower
    from shoal.cli.times import since

    follower = Follower(
        place(options).client(),
        options.services,
        everything=options.all,
        since=since(options.since),
        tail=options.tail,
        stamps=options.timestamps and not options.json,
        json=options.json,
    )
    follower.turn(last=not options.follow)
    while options.follow:
        time.sleep(0.1)
        follower.turn()
    return 0

"""Wait until services are ready (or their jobs done, or all of them gone). Exit code 0: it has come; 12: not in time; a
failure has its own code, as with `up`. With `--for done` the exit code is the job's own, the first that isn't 0."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.api.client import Client
from shoal.cli.output import as_json, data
from shoal.cli.place import place
from shoal.cli.times import deadline, seconds
from shoal.errors import NotRunning

EXAMPLE = "shoal wait --for done seed"
JSON = {
    "standings": "as those of `ps`",
    "exits": "of each job its exit code",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these (default: all)")
    parser.add_argument("--for", dest="until", choices=("ready", "done", "gone"), default="ready", help="(ready)")
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help="how long, at most")
    parser.add_argument("--json", action="store_true", help="print how they stand then")


def run(options: Namespace) -> int:
    client = place(options).client()
    names = ", ".join(options.services) or "all"
    with deadline(options.timeout, lambda: f"{names}: not {options.until} within {options.timeout:g} s"):
        found = _wait(client, options.services, options.until)
    if options.json:
        as_json({"version": 1, **found})
    elif options.until == "done":
        for job, code in found["exits"].items():
            data(f"{job}: {code}")
    if options.until == "done":
        return next((code % 256 for code in found["exits"].values() if code), 0)
    if options.until == "ready":
        from shoal.cli.verdict import problems

        for problem in problems(client, found["standings"]):
            raise problem
    return 0


def _wait(client: Client, services: list[str], until: str) -> dict[str, Any]:
    """What doesn't run is gone, and the daemon goes with the last."""
    gone: dict[str, Any] = {"standings": [], "exits": {}}
    try:
        found: dict[str, Any] = client.ask("wait", services=services, until=until)
    except NotRunning:
        if until != "gone":
            raise
        return gone
    return found

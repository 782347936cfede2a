"""The releases of this environment, the oldest first: what changed in each, and what became of it. With a service,
those in which it became another revision. `shoal rollback` goes back to one."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.output import age, as_json, table
from shoal.cli.place import place

EXAMPLE = "shoal history posts"
HEAD = ("RELEASE", "AGE", "CAUSE", "STATE", "CHANGED")
JSON = {
    "releases": "each with `release` (its number), `at`, `cause`, `state` and `services` (those that became another "
    "revision in it: name and revision)",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("service", nargs="?", metavar="SERVICE")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    found = place(options).client().ask("history", service=options.service or "")
    if options.json:
        as_json({"version": 1, **found})
    else:
        table(HEAD, [_row(release) for release in found["releases"]])
    return 0


def _row(release: dict[str, Any]) -> tuple[str, ...]:
    changed = ", ".join(f"{name} {revision}" for name, revision in sorted(release["services"].items()))
    lived = age(time.time() - release["at"]) if release["at"] else "-"
    state = (release["state"].splitlines() or [""])[0]
    return (str(release["release"]), lived, release["cause"], state, changed)

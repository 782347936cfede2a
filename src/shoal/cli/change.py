"""Ask the daemon for a change and wait until it has happened."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.place import place
from shoal.cli.telling import telling


def quiet_argument(parser: ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def change(options: Namespace, how: str, services: list[str], **fields: Any) -> int:
    """Raises the first error of what failed of these services."""
    from shoal.cli.verdict import problems

    client = place(options).client()
    client.ask("change", how=how, services=services, **fields)
    standings: list[dict[str, Any]] = []
    with telling(quiet=options.quiet) as going:
        for kind, value in client.stream("follow", until="ready", every=going.every):
            if kind == "item":
                going.tell(value)
            else:
                standings = value["standings"]
    for problem in problems(client, [s for s in standings if s["owner"] in services]):
        raise problem
    return 0

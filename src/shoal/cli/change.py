"""Ask the daemon for a change and wait until it has happened."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.api.client import Client
from shoal.cli.place import place
from shoal.cli.telling import telling


def quiet_argument(parser: ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def change(options: Namespace, how: str, services: list[str], **fields: Any) -> int:
    """Raises the first error of what failed of these services."""
    from shoal.cli.verdict import problems

    client = place(options).client()
    client.ask("change", how=how, services=services, **fields)
    standing = _settled(client, quiet=options.quiet)
    for problem in problems(client, [s for s in standing["standings"] if s["owner"] in services]):
        raise problem
    return 0


def finish(client: Client, release: int, *, quiet: bool) -> int:
    """Wait for the end of a rollout. Raises what failed, `RolledBack` if it was taken back."""
    from shoal.cli.verdict import problems, returned

    standing = _settled(client, quiet=quiet)
    for problem in (*returned(client, standing["release"], release), *problems(client, standing["standings"])):
        raise problem
    return 0


def _settled(client: Client, *, quiet: bool) -> dict[str, Any]:
    with telling(quiet=quiet) as going:
        for kind, value in client.stream("follow", until="ready", every=going.every):
            if kind == "done":
                return dict(value)
            going.tell(value)
    return {"standings": [], "release": {}}

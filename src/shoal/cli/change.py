"""Ask the daemon for a change and wait until it has happened."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from shoal.cli.output import event, progress
from shoal.cli.place import place
from shoal.errors import StartFailed


def change(options: Namespace, how: str, services: list[str], **fields: Any) -> int:
    client = place(options).client()
    client.ask("change", how=how, services=services, **fields)
    for kind, value in client.stream("follow", until="ready"):
        if kind == "item":
            progress(event(value["event"]))
        else:
            _judge(value["standings"], services)
    return 0


def _judge(standings: list[dict[str, Any]], services: list[str]) -> None:
    for standing in standings:
        if standing["owner"] in services and standing["state"] == "failed":
            what = f"{standing['workload']}: {standing['why']}"
            raise StartFailed(what, hint=f"Next: shoal why {standing['owner']}")

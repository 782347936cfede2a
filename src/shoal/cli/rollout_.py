"""The rollout that is under way: how far it is (`status`), hold it where it is (`pause`), let it go on (`promote`), or
go back to the release before (`abort`)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.change import finish, quiet_argument
from shoal.cli.output import as_json, data, progress, table
from shoal.cli.place import place

EXAMPLE = "shoal rollout status"
HEAD = ("SERVICE", "FROM", "TO", "WANTED", "NEW", "READY", "OLD", "REQUESTS")
JSON = {
    "release": "the number of the present one",
    "from": "the number of the one that runs until it is there; 0: no rollout is under way",
    "under_way": "whether one is",
    "paused": "whether it is held",
    "cause": "what asked for it",
    "state": "`going`, `done` or `failed`",
    "waits_for": "a workload, and why it isn't there yet",
    "services": "that changed: each with `service`, `revision`, `from`, `wanted`, `new`, `ready` and `old` (instances) "
    "and `weight` (percent of the requests for the new revision; null: each instance has its share) "
    "and `judged` (how the canary does beside the stable ones)",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("how", choices=("status", "pause", "promote", "abort"))
    parser.add_argument("-d", "--detach", action="store_true", help="abort, promote: don't wait until it's done")
    parser.add_argument("--full", action="store_true", help="promote: past all further steps")
    parser.add_argument("--json", action="store_true", help="of status")
    quiet_argument(parser)


def run(options: Namespace) -> int:
    client = place(options).client()
    if options.how == "status":
        _show(client.ask("rollout"), options.json)
        return 0
    found = client.ask("steer", how=options.how, whole=options.full)
    if options.how == "pause":
        progress("held where it is; go on with: shoal rollout promote, or back with: shoal rollout abort")
        return 0
    return 0 if options.detach else finish(client, found["release"], quiet=options.quiet)


def _show(found: dict[str, Any], json: bool) -> None:
    if json:
        as_json({"version": 1, **found})
        return
    if not found["under_way"]:
        data(f"release {found['release']} runs; no rollout is under way")
        return
    held = ", paused" if found["paused"] else ""
    data(f"release {found['from']} -> {found['release']} ({found['cause']}): {found['state']}{held}")
    if found["waits_for"]:
        data(f"waits for {found['waits_for']}")
    table(HEAD, [_row(service) for service in found["services"]])
    for service in found["services"]:
        if service["judged"]:
            data(f"{service['service']}: {service['judged']}")


def _row(service: dict[str, Any]) -> tuple[str, ...]:
    counts = (str(service[key]) for key in ("wanted", "new", "ready", "old"))
    share = "-" if service["weight"] is None else f"{service['weight']} %"
    return (service["service"], service["from"] or "-", service["revision"], *counts, share)

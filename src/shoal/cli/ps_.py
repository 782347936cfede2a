"""What runs: a line per instance, and what is wanted but isn't there."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from shoal.cli.output import age, as_json, data, progress, table
from shoal.cli.place import Place, place
from shoal.cli.target import alive
from shoal.errors import NotRunning

HEAD = ("NAME", "STATE", "PID", "PORTS", "AGE", "RESTARTS", "NOTE")
EXAMPLE = "shoal ps --all"
JSON = {
    "url": "of the gateway; empty where there is none",
    "instances": "each with `id`, `workload`, `index`, `kind`, `phase`, `pid`, `ports`, `started`, `ended`, `exit`, "
    "`reason`, `failures`",
    "maintenance": "what the gateway tells everybody; empty while it serves them",
    "certificates": "of the gateway: `name`, `hosts`, `ends` and `problem`",
    "standings": "of each workload: `workload`, `owner`, `kind`, `state`, `why`, `error`, `instance`",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-a", "--all", action="store_true", help="ended instances and jobs too")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    at = place(options)
    try:
        found = at.client().ask("ps")
    except NotRunning:
        found = _without_daemon(at)
    if found.get("unread"):
        progress(f"the newest edit is not what runs: {found['unread']}")
    if options.json:
        as_json({"version": 1} | {key: found.get(key) for key in JSON})
        return 0
    table(HEAD, [*_instances(found["instances"], options.all), *_missing(found["standings"])])
    for line in _gateway(found):
        data(line)
    return 0


def _gateway(found: dict[str, Any]) -> Iterator[str]:
    """Where it is, and what there is to know of it."""
    if found["url"]:
        yield f"\ngateway: {found['url']}"
    if found.get("maintenance"):
        yield f"maintenance: it answers 503 to everybody ({found['maintenance']}) until `shoal maintenance off`"
    for one in found.get("certificates", ()):
        until = time.strftime("until %Y-%m-%d", time.localtime(one["ends"])) if one["ends"] else ""
        yield "certificate: " + ", ".join(text for text in (*one["hosts"], until, one["problem"]) if text)


def _without_daemon(at: Place) -> dict[str, Any]:
    """What goes on although the daemon was killed. Raises `NotRunning` when there is nothing."""
    from shoal.api.client import absent
    from shoal.api.rows import row

    found = alive(at.state())
    if not found:
        raise absent(at.state())
    progress("the daemon is away; `shoal up` adopts what is here, `shoal down` stops it")
    # Nobody asks their probes now.
    told = [row(i) | {"phase": "unknown"} for i in found]
    return {"instances": told, "standings": [], "url": "", "maintenance": "", "certificates": []}


def _instances(instances: list[dict[str, Any]], ended: bool) -> list[tuple[str, ...]]:
    shown = [i for i in instances if ended or i["phase"] != "exited"]
    relieved = {i["workload"] for i in shown if i["attached"] and i["phase"] == "ready"}
    return [
        _row(i, relieved)
        for i in sorted(shown, key=lambda i: (i["kind"] != "service", i["workload"], i["index"], i["started"]))
    ]


def _row(instance: dict[str, Any], relieved: set[str]) -> tuple[str, ...]:
    ports = " ".join(str(p) if n == "http" else f"{n}:{p}" for n, p in instance["ports"].items())
    lived = (instance["ended"] or time.time()) - instance["started"]
    state, note = instance["phase"], instance["reason"].splitlines()[:1]
    if state == "exited" and instance["exit"] is not None:
        state = f"exited {instance['exit']}"
    if instance["attached"]:
        state = "attached" if state == "ready" else state
        note = [*note, "attached: it ends with its process"][:1]
    elif instance["workload"] in relieved and state == "ready":
        note = ["stands aside for the one that is attached"]
    pid = str(instance["pid"]) if instance["phase"] != "exited" else "-"
    return (instance["id"], state, pid, ports or "-", age(lived), str(instance["failures"]), *(note or [""]))


def _missing(standings: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    absent = [
        s
        for s in standings
        if not s["instance"] and s["state"] in ("failed", "building", "waiting", "starting", "scheduled")
    ]
    return [(s["workload"], s["state"], "-", "-", "-", "-", *(s["why"].splitlines()[:1] or [""])) for s in absent]

"""Disturb an edge or an instance on purpose, and see what heals. It ends after --for, whoever dies meanwhile, and with
Ctrl-C. `delay 'web->posts' 300ms` and `abort 'web->posts'` are about requests; `partition` cuts an edge, or all edges
of a service; `kill`, `pause` and `fill` are about instances (`posts/0`; `posts`: all of them). `status` lists what is
under way, `end` ends it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

from shoal.api.client import Client
from shoal.cli.change import quiet_argument
from shoal.cli.output import as_json, data, progress, table
from shoal.cli.place import place
from shoal.cli.telling import telling
from shoal.errors import StartFailed, UsageError

EXAMPLE = "shoal chaos delay 'web->posts' 300ms --for 30s"
JSON = {
    "kind": "what was done",
    "target": "to what",
    "begun": "in seconds since the epoch",
    "until": "when it is over at the latest",
    "healed": "whether all was as it should be in the end",
    "took": "seconds from its beginning until then",
    "steps": "what happened: each with `after` (seconds), `instance`, `what`, `text`",
    "ill": "what isn't as it should be, a text each",
    "disturbances": "of `status`: each with `kind`, `target`, `begun`, `until`, `left` (seconds)",
    "ended": "of `end`: each with `kind`, `target`, `begun`, `until`",
}
ACTS = ("delay", "abort", "partition", "kill", "pause", "fill")
LONGEST = 86400.0


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=(*ACTS, "status", "end"), metavar="|".join((*ACTS, "status", "end")))
    parser.add_argument("aim", nargs="?", default="", metavar="TARGET", help="CALLER->CALLEE, SERVICE or SERVICE/INDEX")
    parser.add_argument("amount", nargs="?", type=_seconds, metavar="TIME", help="delay: how long each request waits")
    parser.add_argument("--for", dest="seconds", type=_seconds, default=30.0, metavar="TIME", help="30s if not given")
    parser.add_argument("--percent", type=_percent, default=100.0, help="delay, abort: of the requests")
    parser.add_argument("--status", type=_status, default=503, metavar="CODE", help="abort: 503 if not given")
    parser.add_argument("-y", "--yes", action="store_true", help="in the environment prod, too")
    parser.add_argument("--json", action="store_true")
    quiet_argument(parser)


def _seconds(text: str) -> float:
    from shoal.spec.scalars import duration

    found = duration(text)
    if not found or found > LONGEST:
        raise ArgumentTypeError(f"{text} is not a time up to a day; write 300ms, 30s or 5m")
    return float(found)


def _percent(text: str) -> float:
    from shoal.spec.scalars import share

    found = share(text)
    if not found:
        raise ArgumentTypeError(f"{text} is not a share; write 20 or 0.5")
    return float(found)


def _status(text: str) -> int:
    if not text.isdecimal() or not 400 <= int(text) <= 599:
        raise ArgumentTypeError(f"{text} is no answer that refuses; write 400 to 599")
    return int(text)


def run(options: Namespace) -> int:
    _check(options)
    client = place(options).client()
    match options.what:
        case "status":
            _status_of(client.ask("disturbances"), options.json)
        case "end":
            _ended(client.ask("calm", target=options.aim), options.json)
        case _:
            return _disturb(client, options)
    return 0


def _check(options: Namespace) -> None:
    """What was asked for makes sense."""
    if options.what in ACTS and not options.aim:
        raise UsageError(f"{options.what}: what?", hint=f"For example: {EXAMPLE}")
    if (options.what == "delay") != (options.amount is not None):
        what = "delay: how long?" if options.what == "delay" else f"{options.what} takes no time of its own"
        raise UsageError(what, hint=f"For example: {EXAMPLE}")


def _disturb(client: Client, options: Namespace) -> int:
    fault = {"percent": options.percent}
    fault |= {"delay": options.amount} if options.what == "delay" else {}
    fault |= {"abort": options.status} if options.what == "abort" else {}
    wish = {"kind": options.what, "target": options.aim, "seconds": options.seconds, "fault": fault}
    found = _watch(client, wish, options)
    if options.json:
        as_json({"version": 1, **found})
    else:
        _tell(found)
    if not found["healed"]:
        raise StartFailed(f"not healed: {'; '.join(found['ill']) or 'something is under way'}", hint="See: shoal ps")
    return 0


def _watch(client: Client, wish: dict[str, Any], options: Namespace) -> dict[str, Any]:
    with telling(quiet=options.quiet) as going:
        for kind, value in client.stream("chaos", wish=wish, yes=options.yes):
            if kind == "done":
                return dict(value)
            going.tell(value)
    return {}


def _tell(found: dict[str, Any]) -> None:
    rows = [(f"{s['after']:.2f} s", s["instance"], s["what"], s["text"]) for s in found["steps"]]
    if rows:
        table(("AFTER", "WHO", "WHAT", "WHY"), rows)
    else:
        data("no instance ended or left traffic")
    if found["healed"]:
        data(f"{found['kind']} {found['target']}: all is well after {found['took']:.2f} s")


def _status_of(found: dict[str, Any], json: bool) -> None:
    if json:
        as_json({"version": 1, **found})
    elif found["disturbances"]:
        rows = [(one["kind"], one["target"], f"{one['left']:.0f} s") for one in found["disturbances"]]
        table(("WHAT", "TO", "LEFT"), rows)
    else:
        progress("nothing is disturbed")


def _ended(found: dict[str, Any], json: bool) -> None:
    if json:
        as_json({"version": 1, **found})
    for one in [] if json else found["ended"]:
        progress(f"{one['kind']} {one['target']} is over")

"""The streams of NATS, who reads them, and how far they are. A message that a consumer gave up on is parked: `parked`
lists those, `show` prints one, `replay` sends them to their subject once more (with --data one of them with another
content), `drop` forgets them. An ID is STREAM:SEQUENCE."""

from __future__ import annotations

import json
import subprocess
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from shoal.cli.output import as_json, data, progress, size, table
from shoal.cli.place import place
from shoal.errors import JobFailed, UsageError

EXAMPLE = "shoal streams replay --all"
JSON = {
    "streams": "each with `name`, `subjects`, `messages`, `bytes`, `parked`, and `consumers` with `name`, `waiting`, "
    "`in_hand`",
    "parked": "each with `id`, `stream`, `subject` (empty: it is gone), and `notes` with `consumer`, `tries`, `cause`, "
    "`time`",
    "message": "of `show`: as in `parked`, with `headers`, and `text` or `base64`",
    "replayed": "each with `id`, and `now`: its ID as a new message, or `gone`",
    "dropped": "each with `id`",
}
WORDS = {"list": "streams", "parked": "parked", "show": "message", "replay": "replayed", "drop": "dropped"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--backing", metavar="NAME", default="", help="which NATS, where there are several")
    parser.add_argument("--all", action="store_true", help="replay or drop all that is parked")
    parser.add_argument("--data", metavar="FILE", help="replay one message with the content of this file")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("what", nargs="?", choices=tuple(WORDS), default="list", metavar="|".join(WORDS))
    parser.add_argument("ids", nargs="*", metavar="ID")


def run(options: Namespace) -> int:
    _check(options)
    found = _ask(options)
    if options.json:
        as_json({"version": 1, WORDS[options.what]: found})
    else:
        _tell(options.what, found)
    if gone := [one["id"] for one in found if options.what == "replay" and one.get("gone")]:
        raise JobFailed(f"gone from its stream, and not sent: {', '.join(gone)}", hint="Forget it with: drop")
    return 0


def _check(options: Namespace) -> None:
    """What was asked for makes sense."""
    many, example = options.what in ("replay", "drop"), f"For example: shoal streams {options.what} USERS:42"
    if options.what == "show" and len(options.ids) != 1:
        raise UsageError("show: which message?", hint=f"{example}; `shoal streams parked` lists them")
    if many and bool(options.ids) == options.all:
        raise UsageError(f"{options.what}: either IDs, or --all", hint=f"{example}; `shoal streams parked` lists them")
    if options.what in ("list", "parked") and options.ids:
        raise UsageError(f"{options.what} takes no IDs", hint=f"For one message: shoal streams show {options.ids[0]}")
    if options.all and not many:
        raise UsageError("--all belongs to replay and drop", hint=f"For example: {EXAMPLE}")
    if options.data and (options.what != "replay" or len(options.ids) != 1):
        raise UsageError("--data is the content of one message", hint="shoal streams replay USERS:42 --data FILE")


def _ask(options: Namespace) -> Any:
    found = place(options).client().ask("errand", backing=options.backing, what="streams")
    word = "send" if options.data else options.what
    content = Path(options.data).read_bytes() if options.data else b""
    command = [*found["command"], word, *options.ids]
    done = subprocess.run(command, env=found["env"], cwd=found["cwd"], input=content, capture_output=True, check=False)
    if done.returncode:
        raise JobFailed(done.stderr.decode(errors="replace").strip() or f"streams: exit code {done.returncode}")
    return json.loads(done.stdout)


def _tell(what: str, found: Any) -> None:
    match what:
        case "list":
            _list(found)
        case "parked":
            _parked(found)
        case "show":
            _show(found)
        case "replay":
            _replayed(found)
        case "drop":
            _dropped(found)


def _list(streams: list[dict[str, Any]]) -> None:
    rows = [
        (stream["name"], str(stream["messages"]), size(stream["bytes"]), *_consumer(one), str(stream["parked"]))
        for stream in streams
        for one in stream["consumers"] or [None]
    ]
    table(("STREAM", "MESSAGES", "SIZE", "CONSUMER", "WAITING", "IN HAND", "PARKED"), rows)


def _consumer(one: dict[str, Any] | None) -> tuple[str, str, str]:
    return (one["name"], str(one["waiting"]), str(one["in_hand"])) if one else ("-", "-", "-")


def _parked(parked: list[dict[str, Any]]) -> None:
    if not parked:
        progress("nothing is parked")
        return
    rows = [
        (one["id"], one["subject"] or "(gone)", note["consumer"], str(note["tries"]), _moment(note), _first(note))
        for one in parked
        for note in one["notes"]
    ]
    table(("ID", "SUBJECT", "CONSUMER", "TRIES", "WHEN", "CAUSE"), rows)


def _first(note: dict[str, Any]) -> str:
    return _plain(note["cause"]).partition("\n")[0] or "it was not told"


def _show(message: dict[str, Any]) -> None:
    data(f"{message['id']}  {message['subject'] or '(gone)'}")
    for note in message["notes"]:
        cause = f": {_plain(note['cause'])}" if note["cause"] else ""
        data(f"given up by {note['consumer']} after {note['tries']} tries, {_moment(note)}{cause}")
    for name, text in message.get("headers", {}).items():
        data(_plain(f"{name}: {text}"))
    if "base64" in message:
        data(f"\n(no text; as base64)\n{message['base64']}")
    elif "text" in message:
        data(f"\n{_plain(message['text'])}")


def _replayed(sent: list[dict[str, Any]]) -> None:
    for one in sent:
        if not one.get("gone"):
            progress(f"{one['id']} was sent again, as {one['now']}")
    _nothing(sent)


def _dropped(dropped: list[dict[str, Any]]) -> None:
    for one in dropped:
        progress(f"{one['id']} is no longer parked")
    _nothing(dropped)


def _nothing(found: list[dict[str, Any]]) -> None:
    if not found:
        progress("nothing is parked")


def _moment(note: dict[str, Any]) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(note["time"]))


def _plain(text: str) -> str:
    """What others wrote does nothing to a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)

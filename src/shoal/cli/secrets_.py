"""The declared secrets, where they come from and who uses them (`list`); or another value for one (`rotate`), for which
the services that use it are replaced as a release: if that fails, they have the value of before again. The value comes
from stdin or is made here, and is never shown. It stays until the secret's own source gives another."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.api.client import Client
from shoal.cli.change import finish, quiet_argument
from shoal.cli.output import as_json, progress, table
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal secrets rotate session-key --generate"
HEAD = ("SECRET", "FROM", "ROTATED", "SERVICES")
JSON = {"secrets": "of list: each with `name`, `source`, `rotated` and `services` (that use it)"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "rotate"), default="list", metavar="list|rotate")
    parser.add_argument("name", nargs="?", metavar="SECRET")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--value-from-stdin", action="store_true", help="rotate: the new value, but for a last newline")
    where.add_argument("--generate", action="store_true", help="rotate: make a new value (default where shoal made it)")
    parser.add_argument("-d", "--detach", action="store_true", help="rotate: don't wait until it's done")
    parser.add_argument("--json", action="store_true", help="of list")
    quiet_argument(parser)


def run(options: Namespace) -> int:
    _check(options)
    client = place(options).client()
    if options.what == "list":
        _list(client, json=options.json)
        return 0
    return _rotate(client, options)


def _check(options: Namespace) -> None:
    """What was asked for makes sense."""
    if options.what == "list" and (options.name or options.generate or options.value_from_stdin):
        raise UsageError("list takes no secret and no value", hint=f"For example: {EXAMPLE}")
    if options.what == "rotate" and not options.name:
        raise UsageError("rotate: which secret?", hint="See: shoal secrets")


def _list(client: Client, *, json: bool) -> None:
    found = client.ask("secrets")
    if json:
        as_json({"version": 1, **found})
    else:
        table(HEAD, [_row(secret) for secret in found["secrets"]])


def _row(secret: dict[str, Any]) -> tuple[str, ...]:
    rotated = "yes" if secret["rotated"] else "-"
    return (secret["name"], secret["source"], rotated, ", ".join(secret["services"]) or "-")


def _rotate(client: Client, options: Namespace) -> int:
    value = None if options.generate else _value(client, options)
    found = client.ask("rotate", name=options.name, **({} if value is None else {"value": value}))
    if not options.quiet:
        users = ", ".join(found["services"]) or "nobody uses it"
        progress(f"release {found['release']}: {options.name} rotated; {users}")
    return 0 if options.detach else finish(client, found["release"], quiet=options.quiet)


def _value(client: Client, options: Namespace) -> str | None:
    """What stands on stdin; None: it is to be made, as it was made before. Raises `UsageError`."""
    if options.value_from_stdin:
        value = sys.stdin.read().removesuffix("\n")
        if not value:
            raise UsageError(
                "nothing stands on stdin",
                hint="Give it a value: --value-from-stdin < FILE",
            )
        return value
    source = {secret["name"]: secret["source"] for secret in client.ask("secrets")["secrets"]}.get(options.name)
    if source and source != "made by shoal":
        hint = "Say --value-from-stdin or --generate; or change it there, and say: shoal up -d --wait"
        raise UsageError(f"{options.name} comes from the {source}: what is its new value?", hint=hint)
    return None

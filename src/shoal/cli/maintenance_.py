"""Have the gateway answer 503 to everybody, or serve again. Services run on; routes that are `always` are served."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.output import data
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal maintenance on --message 'back at six'"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("state", choices=("on", "off"))
    parser.add_argument("--message", default="", help="what is answered, instead of what the file says")


def run(options: Namespace) -> int:
    if options.state == "off" and options.message:
        raise UsageError("--message means nothing with `off`")
    message = options.message if options.state == "on" else None
    said = place(options).client().ask("maintenance", message=message)["maintenance"]
    data(f"the gateway answers 503 to everybody: {said}" if said else "the gateway serves again")
    return 0

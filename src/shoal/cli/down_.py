"""Stop everything of this app in this environment. Data stays; -v drops it, with made secrets and addresses."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from shoal.api.client import Client
from shoal.cli.output import progress
from shoal.cli.place import Place, place
from shoal.cli.target import await_end, ensure_daemon
from shoal.cli.telling import ENDS, telling
from shoal.errors import NotRunning, Refused

EXAMPLE = "shoal down -v"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-v", "--volumes", action="store_true", help="drop the data too (asks first)")
    parser.add_argument("-y", "--yes", action="store_true", help="with -v: don't ask")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def run(options: Namespace) -> int:
    at = place(options)
    state = at.state()
    if options.volumes and not options.yes:
        _confirm(at)
    if not state.is_dir():
        if not options.quiet:
            progress("nothing runs, and nothing is kept")
        return 0
    _down(at, options.volumes, options.quiet)
    if not options.quiet:
        progress("the data is gone" if options.volumes else "stopped; the data is kept (shoal down -v drops it)")
    return 0


def _down(at: Place, volumes: bool, quiet: bool) -> None:
    client = Client(at.state())  # one that is coming back is brought back at once
    if not client.alive():
        ensure_daemon(at.state(), client)
    try:
        with telling(quiet=quiet, only=ENDS) as going:
            for kind, value in client.stream("down", volumes=volumes, every=going.every):
                if kind == "item":
                    going.tell(value)
    except NotRunning:
        # Another `down` was quicker; what counts is that it ended.
        pass
    await_end(at.state(), client)


def _confirm(at: Place) -> None:
    what = f"{at.folder.name}, environment {at.environment}"
    if not sys.stdin.isatty():
        raise Refused(f"down -v drops all data of {what}", hint="Nobody is there to ask: say --yes if you mean it.")
    print(f"Drop all data of {what}? It can't be undone. [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was dropped")

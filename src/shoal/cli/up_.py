"""Start what shoal.yaml describes, and keep it so: what crashes is started again, what changed is replaced, what is
unchanged isn't touched. In the foreground it shows the logs, and Ctrl-C stops what it started."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.load import builtins, env_file_argument, load_app, profile_argument, secret_values, tell_unheard
from shoal.cli.output import data
from shoal.cli.place import Place, place
from shoal.cli.times import seconds
from shoal.model.names import check_known

EXAMPLE = "shoal up -d --wait users"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these, and what they need")
    parser.add_argument("-d", "--detach", action="store_true", help="leave it running; ends when all has been started")
    parser.add_argument("--wait", action="store_true", help="with -d: end when all is ready (implies -d)")
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help="with --wait: how long, at most")
    text = "not this one: it has its migrations, edges and routes, but isn't started; may be repeated"
    parser.add_argument("--except", action="append", default=[], dest="excepted", metavar="SERVICE", help=text)
    parser.add_argument("--watch", action="store_true", help="follow edits: of the file, of .env, of sources")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    env_file_argument(parser)
    profile_argument(parser)


def run(options: Namespace) -> int:
    from shoal.cli.session import Session

    at = place(options)
    app = load_app(at)
    tell_unheard(at)
    check_known(options.services, [*(s.name for s in app.services), *(b.name for b in app.backing)])
    check_known(options.excepted, [s.name for s in app.services if s.kind == "service"])
    secrets = secret_values(app, at)
    with Session(at, app.name, detached=options.detach or options.wait, quiet=options.quiet) as session:
        session.start_daemon()
        wish = {"only": options.services, "excepted": options.excepted} | (_watch(at) if options.watch else {})
        session.apply(app=builtins(app), secrets=secrets, **wish)
        until = "ready" if options.wait or not session.detached else "started"
        standing = session.follow(until, options.timeout)
        if standing["url"]:
            data(standing["url"])
        if session.detached:
            return session.verdict(standing)
        session.verdict_lines(standing)
        session.show_logs(events=options.watch)
    return 0


def _watch(at: Place) -> dict[str, Any]:
    """What the daemon needs to read the file again by itself."""
    env_files = [str(file) for file in at.env_files]
    return {"watch": {"file": str(at.file), "env_files": env_files}, "variables": dict(os.environ)}

"""Go back: the app to an earlier release (file, configuration and code), or one service to an earlier revision of its
own. The way back is a rollout like any other, and a release of its own: nothing starts what was left again, until `up`
finds something new. Databases stay as they are: a migration is never reversed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.change import finish, quiet_argument
from shoal.cli.output import progress
from shoal.cli.place import place

EXAMPLE = "shoal rollback posts"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="*", metavar="[SERVICE] [RELEASE]", help="default: all, to the release before")
    parser.add_argument("-d", "--detach", action="store_true", help="don't wait until it's done")
    quiet_argument(parser)


def run(options: Namespace) -> int:
    from shoal.errors import UsageError

    if len(options.what) > 2:
        raise UsageError("rollback takes a service and a release, no more", hint="See: shoal rollback --help")
    client = place(options).client()
    service, to = _meant(options.what)
    found = client.ask("rollback", service=service, to=to)
    if not options.quiet:
        progress(f"release {found['release']}: {found['cause']}")
    return 0 if options.detach else finish(client, found["release"], quiet=options.quiet)


def _meant(words: list[str]) -> tuple[str, str]:
    """A single word is a release if it's a number, else a service."""
    if len(words) == 1 and words[0].isdecimal():
        return "", words[0]
    service, to = ([*words, "", ""])[:2]
    return service, to

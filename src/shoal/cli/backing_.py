"""Copies of what a backing service holds. `dump` writes one to a file, or to stdout; `restore` replaces all that is
there by one, asks first, and leaves everything as it was if it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import IO, Any

from shoal.cli.output import progress
from shoal.cli.place import place
from shoal.errors import JobFailed, Refused, UsageError

EXAMPLE = "shoal backing dump users-db users.dump"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="restore without asking")
    parser.add_argument("what", choices=("dump", "restore"), metavar="dump|restore")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("copy", nargs="?", default="", metavar="COPY", help="the file; else stdout or stdin")


def run(options: Namespace) -> int:
    found = place(options).client().ask("errand", backing=options.name, what=options.what)
    if options.what == "dump":
        _dump(options, found)
    else:
        _restore(options, found)
    return 0


def _dump(options: Namespace, found: dict[str, Any]) -> None:
    if not options.copy:
        if sys.stdout.isatty():
            raise UsageError("a copy is no text for a terminal", hint=f"Name a file: {EXAMPLE}")
        _work(options, found, subprocess.DEVNULL, sys.stdout.fileno())
        return
    # Under another name until it is whole, for its owner only: it may hold anything.
    whole = Path(options.copy)
    part = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            _work(options, found, subprocess.DEVNULL, out)
            os.fsync(out.fileno())
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)
    progress(f"{whole}: {whole.stat().st_size} bytes; keep it as you keep the data")


def _restore(options: Namespace, found: dict[str, Any]) -> None:
    if not options.yes:
        _confirm(options.name)
    if not options.copy:
        _work(options, found, sys.stdin.fileno(), sys.stderr.fileno())
        return
    with Path(options.copy).open("rb") as source:
        _work(options, found, source, sys.stderr.fileno())


def _work(options: Namespace, found: dict[str, Any], stdin: int | IO[bytes], stdout: int | IO[bytes]) -> None:
    command, env, folder = found["command"], found["env"], found["cwd"]
    done = subprocess.run(command, env=env, cwd=folder, stdin=stdin, stdout=stdout, check=False)
    if done.returncode:
        what = f"{options.name}: {options.what} failed; nothing was changed"
        raise JobFailed(what, hint="Its own words stand above.")


def _confirm(name: str) -> None:
    if not sys.stdin.isatty():
        hint = "Nobody is there to ask: say --yes if you mean it."
        raise Refused(f"restore replaces all that {name} holds", hint=hint)
    print(f"Replace all that {name} holds? Connections are cut. [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was replaced")

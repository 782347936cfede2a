"""Copies of what a backing service holds, and data of older versions. `dump` writes a copy to a file, or to stdout;
`restore` replaces all that is there by one, and asks first; `upgrade` brings data of an older version of the engine to
the one that the file asks for, and keeps the old beside it until `upgrade --drop-old`. Whatever fails leaves everything
as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from shoal.cli.load import builtins, env_file_argument, load_app
from shoal.cli.output import progress
from shoal.cli.place import place
from shoal.cli.target import await_end, ensure_daemon
from shoal.errors import JobFailed, NotRunning, Refused, UsageError

EXAMPLE = "shoal backing dump users-db users.dump"
# What is lost, the question, and what is said to a no.
LOSSES = {
    "restore": ("restore replaces all that {} holds", "Replace all that {} holds? Connections are cut.", "replaced"),
    "drop-old": ("--drop-old drops the old data of {}", "Drop the old data of {}?", "dropped"),
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="restore, or drop, without asking")
    parser.add_argument("--drop-old", action="store_true", help="with upgrade: drop what it has kept of the old data")
    parser.add_argument("what", choices=("dump", "restore", "upgrade"), metavar="dump|restore|upgrade")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("copy", nargs="?", default="", metavar="COPY", help="the file; else stdout or stdin")
    env_file_argument(parser)


def run(options: Namespace) -> int:
    if options.what != "upgrade" and options.drop_old:
        raise UsageError("--drop-old belongs to upgrade", hint="For example: shoal backing upgrade --drop-old users-db")
    match options.what:
        case "dump":
            _dump(options)
        case "restore":
            _confirm(options, "restore")
            _restore(options)
        case _:
            _upgrade(options)
    return 0


def _dump(options: Namespace) -> None:
    if not options.copy:
        if sys.stdout.isatty():
            raise UsageError("a copy is no text for a terminal", hint=f"Name a file: {EXAMPLE}")
        _write(options, sys.stdout.buffer)
        return
    # Under another name until it is whole, for its owner only: it may hold anything.
    whole = Path(options.copy)
    part = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            _write(options, out, part)
            os.fsync(out.fileno())
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)
    progress(f"{whole}: {whole.stat().st_size} bytes; keep it as you keep the data")


def _write(options: Namespace, out: IO[bytes], path: Path | None = None) -> None:
    """`path` is that of `out`, if it has one."""
    client = place(options).client()
    found = client.ask("errand", backing=options.name, what="dump")
    if not found["at_rest"]:
        _work(options.name, "dump", found, subprocess.DEVNULL, out)
        return
    with _file(path) as copy:
        client.ask("errand_at_rest", backing=options.name, what="dump", copy=str(copy))
        if path is None:
            with copy.open("rb") as source:
                _pour(source, out)


def _restore(options: Namespace) -> None:
    client = place(options).client()
    found = client.ask("errand", backing=options.name, what="restore")
    with Path(options.copy).open("rb") if options.copy else sys.stdin.buffer as source:
        if not found["at_rest"]:
            _work(options.name, "restore", found, source, sys.stderr.buffer)
            return
        with _file(Path(options.copy) if options.copy else None) as copy:
            if not options.copy:
                with copy.open("wb") as out:
                    _pour(source, out)
            client.ask("errand_at_rest", backing=options.name, what="restore", copy=str(copy))
    progress(f"{options.name} holds what the copy held")


@contextmanager
def _file(path: Path | None) -> Iterator[Path]:
    """What the daemon can open: this file, or one for a while, for its owner only."""
    if path is not None:
        yield path.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="shoal-") as folder:
        yield Path(folder) / "copy"


def _pour(source: IO[bytes], out: IO[bytes]) -> None:
    while piece := source.read(1 << 20):
        out.write(piece)
    out.flush()


def _upgrade(options: Namespace) -> None:
    if options.copy:
        raise UsageError("upgrade takes no copy", hint=f"For example: shoal backing upgrade {options.name}")
    if options.drop_old:
        _confirm(options, "drop-old")
    what, at = "drop-old" if options.drop_old else "upgrade", place(options)
    asked = {"what": what, "backing": options.name, "app": builtins(load_app(at))}
    if not at.state().is_dir():
        raise NotRunning(f"{options.name} holds no data yet", hint="Start it with: shoal up -d")
    client = at.client()
    alone = ensure_daemon(at.state(), client) and not client.ask("ping")["running"]
    try:
        found = client.ask("errand", **asked)
        if found["at_rest"]:
            progress(client.ask("errand_at_rest", **asked)["said"])
            progress(f"Next: shoal up -d; when all is well: shoal backing upgrade --drop-old {options.name}")
        else:
            _work(options.name, what, found, subprocess.DEVNULL, sys.stderr.buffer)
    finally:
        if alone:
            client.ask("down")
            await_end(at.state(), client)


def _work(name: str, what: str, found: dict[str, Any], stdin: int | IO[bytes], stdout: IO[bytes]) -> None:
    command, env, folder = found["command"], found["env"], found["cwd"]
    done = subprocess.run(command, env=env, cwd=folder, stdin=stdin, stdout=stdout, check=False)
    if done.returncode:
        raise JobFailed(f"{name}: {what} failed; nothing was changed", hint="Its own words stand above.")


def _confirm(options: Namespace, what: str) -> None:
    if options.yes:
        return
    loss, question, done = (text.format(options.name) for text in LOSSES[what])
    if not sys.stdin.isatty():
        raise Refused(loss, hint="Nobody is there to ask: say --yes if you mean it.")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused(f"nothing was {done}")

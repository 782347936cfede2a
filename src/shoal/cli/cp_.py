"""Copy files and folders between an instance and here, by the rules of `cp`: into a folder that is there, else under
the new name; the content alone of a folder that ends with `/.`. Paths of a service are relative to its working folder.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from shoal.cli.output import as_json, progress
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal cp users:logs/trace.txt ."
JSON = {
    "instance": "from which or to which",
    "path": "where the copy is",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="a path, or SERVICE:PATH")
    parser.add_argument("target", metavar="TARGET", help="SERVICE:PATH, or a path")
    parser.add_argument("--index", type=int, metavar="N", help="which instance (the first that runs)")
    parser.add_argument("--json", action="store_true", help="print where the copy is")


def run(options: Namespace) -> int:
    source, target = _apart(options.source), _apart(options.target)
    if bool(source[0]) == bool(target[0]):
        raise UsageError("one of the two must be SERVICE:PATH", hint=f"For example: {EXAMPLE}")
    found = (
        place(options)
        .client()
        .ask(
            "copy",
            service=source[0] or target[0],
            index=options.index,
            out=bool(source[0]),
            source=_here(source),
            target=_here(target),
        )
    )
    if options.json:
        as_json({"version": 1, **found})
    else:
        progress(f"copied to {found['path']}")
    return 0


def _apart(text: str) -> tuple[str, str]:
    """(service or nothing, path). What begins like a path is one: `./odd:name`."""
    service, colon, path = text.partition(":")
    return (service, path) if colon and not service.startswith((".", "/")) and "/" not in service else ("", text)


def _here(place: tuple[str, str]) -> str:
    """Absolute, since the daemon works elsewhere; a `/` or `/.` at the end means something and stays."""
    service, path = place
    return path if service or path.startswith("/") else os.path.join(Path.cwd(), path)  # noqa: PTH118

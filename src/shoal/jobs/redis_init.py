"""Runs files of Redis commands on new data, once: a command a line, words quoted as in a shell, # for comments.

Reads REDIS_URL, FILES and NAMES (JSON: the files here, and what the user calls them) and MARK (a file that says it has
been done). The commands are one transaction: none is carried out if one of them is no command.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

from shoal.jobs.resp import Connection, Refused


def commands(name: str, text: str) -> list[tuple[str, list[str]]]:
    """(place, words) of each. Raises ValueError."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as problem:
            raise ValueError(f"{name}:{number}: {problem}") from None
        if words:
            found.append((f"{name}:{number}", words))
    return found


def run(url: str, wanted: list[tuple[str, list[str]]]) -> None:
    """Raises Refused."""
    with Connection(url) as connection:
        connection.ask("MULTI")
        for place, words in wanted:
            try:
                connection.ask(*words)
            except Refused as problem:
                raise Refused(f"{place}: {problem}") from None
        for (place, _), answer in zip(wanted, connection.ask("EXEC"), strict=True):
            if isinstance(answer, Refused):
                raise Refused(f"{place}: {answer}")


def main() -> int:
    mark = Path(os.environ["MARK"])
    if mark.exists():
        return 0
    try:
        pairs = zip(json.loads(os.environ["NAMES"]), json.loads(os.environ["FILES"]), strict=True)
        wanted = [one for name, file in pairs for one in commands(name, Path(file).read_text())]
        if wanted:
            run(os.environ["REDIS_URL"], wanted)
    except (Refused, ValueError, OSError) as problem:
        print(f"init: {problem}", file=sys.stderr)
        return 1
    mark.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Nothing of shoal's is left in an engine that several tests use at once, once none of them goes on."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine.client import Client

LABEL = "shoal."


class Left(AssertionError):
    pass


@contextmanager
def using(folder: Path, client: Client, name: str) -> Iterator[None]:
    """Whoever is the last to end looks for what is left, by whichever of those that ran meanwhile; and removes it, so
    that others are not blamed."""
    with _book(folder) as book:
        book["now"].append(name)
        book["since"].append(name)
    yield
    with _book(folder) as book:
        book["now"].remove(name)
        if book["now"]:
            return
        since, book["since"] = book["since"], []
        left = client.labelled(LABEL)
        for kind, names in left.items():
            for one in names:
                client.remove(kind, one)
    if left:
        raise Left(f"left in the engine by {' or '.join(since)}: {left}")


@contextmanager
def _book(folder: Path) -> Iterator[dict[str, list[str]]]:
    with (folder / "using.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        book = json.loads(file.read() or '{"now": [], "since": []}')
        yield book
        file.truncate(0)
        file.write(json.dumps(book))
        file.flush()

"""What a change tells while it goes on: a live tree on a terminal, a plain line per event elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shoal.cli import terminal
from shoal.cli.output import event, progress

EVERY = 0.15
Tell = Callable[[dict[str, Any]], None]

ENDS = ("stopped", "exited")
# What has no line in the tree, or says more than one shows.
ABOVE = ("damaged", "training", "trained", "untrained")


class Telling:
    """`every` is how often the daemon is to send what it sees, in seconds (0: never). `clear` makes room for lines of
    somebody else; what was drawn comes back with the next item that is told."""

    def __init__(self, every: float, tell: Tell, clear: Callable[[], None] = lambda: None) -> None:
        self.every, self.tell, self.clear = every, tell, clear


@contextmanager
def telling(*, quiet: bool = False, only: tuple[str, ...] = ()) -> Iterator[Telling]:
    """On stderr. Plain lines can be restricted to `only` some kinds of events; `stopping` is told by nothing but the
    tree, since `stopped` follows."""
    if quiet:
        yield Telling(0.0, lambda item: None)
    elif terminal.is_live(sys.stderr):
        from shoal.cli.screen import Screen
        from shoal.cli.tree import ASCII, UNICODE, Tree

        signs = UNICODE if terminal.has_unicode(sys.stderr) else ASCII
        tree = Tree(signs, colours=terminal.has_colours(sys.stderr))
        with Screen(sys.stderr) as screen:
            yield Telling(EVERY, lambda item: _draw(item, tree, screen), screen.wipe)
    else:
        yield Telling(0.0, lambda item: _line(item["event"], only) if item["event"] else None)


def _draw(item: dict[str, Any], tree: Any, screen: Any) -> None:
    told = item["event"]
    if told and told["kind"] == "building":
        tree.step(told["subject"], told["text"])
    if told and told["kind"] in ABOVE:
        screen.above(event(told))
    if told is None:
        now = time.monotonic()
        tree.tick(item["entries"], now)
        screen.show(tree.lines(now, screen.size()[1] - 1))


def _line(told: dict[str, Any], only: tuple[str, ...]) -> None:
    if told["kind"] in only if only else told["kind"] != "stopping":
        # The verdict at the end has all of what went wrong.
        progress(event(told | {"text": told["text"].partition("\n")[0]}))

"""What the makers of copies have in common: what is said of one that is damaged."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable


class Failed(Exception):
    """In words for people."""


def told(what: str, work: Callable[[], None], *also: type[Exception]) -> int:
    """The exit code of `work`; its failure in a line. `also` are exceptions that it fails with."""
    try:
        work()
    except gzip.BadGzipFile:
        problem: object = "this is no copy made by shoal, or it is damaged"
    except (EOFError, zlib.error):
        problem = "the copy is damaged, or only a part of one"
    except Exception as found:
        if not isinstance(found, (Failed, OSError, *also)):
            raise
        problem = found
    else:
        return 0
    print(f"{what}: {problem}", file=sys.stderr)
    return 1

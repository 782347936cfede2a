"""Points in time as people type them."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from types import FrameType

from shoal.errors import TimedOut, UsageError

LONGEST = 1e8

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def since(text: str) -> float:
    """Seconds since the epoch of `10m` (ago) or an ISO time (local unless it says otherwise); 0 for nothing."""
    if not text:
        return 0.0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if found:
        return time.time() - float(found[1]) * UNITS[found[2]]
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise UsageError(f"{text}: not a time", hint="Write 30s, 10m, 2h, 1d, or 2026-01-31T10:00:00.") from None


def seconds(text: str) -> float:
    """An option's value: how long to wait."""
    if not 0 < float(text) < LONGEST:
        raise ArgumentTypeError(f"{text} is not a time to wait, in seconds")
    return float(text)


@contextlib.contextmanager
def deadline(timeout: float | None, what: Callable[[], str]) -> Iterator[None]:
    """Raises `TimedOut`, saying `what`, in whatever waits inside when the time is over."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimedOut(what(), hint="It goes on: see shoal ps, shoal why SERVICE.")

    if not timeout:
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

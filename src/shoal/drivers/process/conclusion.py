"""How an instance ended, in words."""

from __future__ import annotations

import signal

from shoal.drivers.process.records import Exit
from shoal.drivers.process.tracked import Tracked


def conclude(tracked: Tracked, written: Exit | None, now: float) -> Exit:
    """Its end as it is to be recorded. `written` is what the keeper saw, if it did."""
    if written and written.reason:
        return written
    if tracked.instance.attached and not tracked.asked:
        return Exit(now, None, "detached", tracked.instance.pid)
    code = written.code if written else tracked.code
    at = written.at if written else now
    return Exit(at, code, reason(code, asked=tracked.asked, killed=tracked.killed), tracked.instance.pid)


def reason(code: int | None, *, asked: bool = False, killed: bool = False) -> str:
    if asked:
        return "killed: it didn't end when asked to" if killed else "stopped"
    if code is None:
        return "ended while nobody watched"
    if code < 0:
        return f"killed by {_name(-code)}"
    return f"exited with code {code}" if code else "exited"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

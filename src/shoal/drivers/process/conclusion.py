"""How an instance ended, in words."""

from __future__ import annotations

import signal

from shoal.drivers.process.records import Exit
from shoal.drivers.process.tracked import Tracked
from shoal.model.limits import amount


def conclude(tracked: Tracked, written: Exit | None, now: float, starved: int = 0) -> Exit:
    """Its end as it is to be recorded. `written` is what the keeper saw, if it did; `starved` how many of its processes
    the kernel killed for want of memory."""
    if written and written.reason:
        return written
    if tracked.instance.attached and not tracked.asked:
        return Exit(now, None, "detached", tracked.instance.pid)
    code = written.code if written else tracked.code
    at = written.at if written else now
    text = tracked.blame or reason(code, asked=tracked.asked, killed=tracked.killed)
    if starved and not tracked.asked:
        text = _over_memory(text, code, starved, amount(tracked.spec.limits.memory))
    return Exit(at, code, text, tracked.instance.pid)


def _over_memory(text: str, code: int | None, starved: int, limit: str) -> str:
    """The kernel chooses the largest process of a group: mostly, but not always, the first."""
    if code in (None, -signal.SIGKILL):
        return f"killed by the kernel: over its memory limit of {limit}"
    return f"{text}; the kernel had killed {starved} of its processes: over its memory limit of {limit}"


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

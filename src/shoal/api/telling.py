"""What goes on, for those who watch: events as they come, and now and then a picture of everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

from shoal.control.journal import Journal
from shoal.control.outline import Entry, outline
from shoal.drivers.driver import Driver
from shoal.model.desired import Desired
from shoal.model.observed import Observed

HANGING = ("building", "starting", "unready")
# Nobody reads more of them at once.
MOST_LINES = 10
TAIL = 4096


async def telling(
    task: asyncio.Task[None], journal: Journal, look: Callable[[], list[dict[str, Any]]], every: float
) -> AsyncIterator[Any]:
    """Until `task` is over: each event, and `every` so many seconds (0: never), first and last of all, a picture."""
    queue, end = journal.listen()
    clock = asyncio.get_running_loop().time
    due = clock()
    try:
        while not (task.done() and queue.empty()):
            if every and clock() >= due:
                yield {"event": None, "entries": look()}
                due = clock() + every
            getter = asyncio.create_task(queue.get())
            patience = max(0.0, due - clock()) if every else None
            await asyncio.wait((getter, task), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if getter.done():
                yield {"event": msgspec.to_builtins(getter.result())}
            else:
                getter.cancel()
        await task
        if every:
            yield {"event": None, "entries": look()}
    finally:
        end()


def picture(
    desired: Desired, observed: Observed, driver: Driver, build_log: Callable[[str], Path]
) -> list[dict[str, Any]]:
    """How far each thing is; of what takes its time also the last line that it wrote."""
    entries = outline(desired, observed)
    hanging = [entry for entry in entries if entry.state in HANGING][:MOST_LINES]
    logs = {log.instance: Path(log.path) for log in driver.logs({e.workload for e in hanging if e.instance} or {""})}
    return [
        msgspec.to_builtins(e) | {"line": _line(e, logs, build_log) if e in hanging else ""}  # few
        for e in entries
    ]


def _line(entry: Entry, logs: dict[str, Path], build_log: Callable[[str], Path]) -> str:
    path = build_log(entry.artifact) if entry.artifact else logs.get(entry.instance)
    return last_line(path) if path else ""


def last_line(path: Path) -> str:
    """Without what would move a terminal's cursor."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL))
            lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return "".join(c for c in lines[-1] if c.isprintable()).strip() if lines else ""

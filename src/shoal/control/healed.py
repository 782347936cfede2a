"""What happened while something was disturbed, step by step, read from the events. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from shoal.model.event import Event

WORDS = {
    "unready": "out of traffic",
    "stopping": "is being replaced",
    "exited": "ended",
    "stopped": "ended",
    "started": "started",
    "ready": "ready",
    "refused": "could not be started",
}


class Step(msgspec.Struct, frozen=True):
    """`after` so many seconds from the beginning."""

    after: float
    instance: str
    what: str
    text: str = ""


def steps(events: Iterable[Event], begun: float) -> tuple[Step, ...]:
    """In their order. One that was out of traffic and is ready is back."""
    found: list[Step] = []
    out: set[str] = set()
    for event in sorted(events, key=lambda event: event.time):
        if event.time < begun or event.kind not in WORDS:
            continue
        name = event.instance or event.subject
        what = "back in traffic" if event.kind == "ready" and name in out else WORDS[event.kind]
        out = out | {name} if event.kind == "unready" else out
        found.append(Step(round(event.time - begun, 3), name, what, event.text.partition("\n")[0]))
    return tuple(found)

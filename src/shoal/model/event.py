"""Event: something that happened, as `events`, `why` and a waiting `up` tell it."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True):
    """`kind` is one word (`started`, `ready`, `exited`, `built`, ...); `subject` a workload; `time` seconds since the
    epoch; `instance` empty when it's about the workload as a whole."""

    time: float
    kind: str
    subject: str
    text: str = ""
    instance: str = ""

"""One instance as the driver follows it: its container, from creation to removal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from shoal.drivers.process.conclusion import reason
from shoal.drivers.process.records import Spec
from shoal.model.limits import amount
from shoal.model.observed import Endpoint

NEVER = "0001-01-01T00:00:00Z"
BY_SIGNAL = 128


class Tracked:
    """`asked`: somebody wished its end; `killed`: it didn't end by itself when asked; `blame` is why we ended it
    unasked, or what somebody else did to it. `sent` is the signal that we sent it as a stranger would. `done` is set
    when the container has ended. `env` is what it was given."""

    def __init__(self, container: str, spec: Spec, *, errand: bool = False) -> None:
        self.container = container
        self.spec = spec
        self.instance = spec.instance
        self.errand = errand
        self.asked = False
        self.killed = False
        self.blame = ""
        self.sent = 0
        self.env: dict[str, str] = {}
        self.cwd = "/"
        self.done = asyncio.Event()
        self.output: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.instance.id

    def ran(self, shown: Mapping[str, Any], address: str) -> None:
        """It runs; `shown` is the engine's word on it."""
        self.env = dict(pair.split("=", 1) for pair in shown["Config"]["Env"] or () if "=" in pair)
        self.cwd = shown["Config"]["WorkingDir"] or "/"
        endpoints = {name: Endpoint(address, at.port) for name, at in self.spec.instance.endpoints.items()}
        self.instance = msgspec.structs.replace(self.instance, pid=shown["State"]["Pid"], endpoints=endpoints)

    def ended(self, state: Mapping[str, Any], now: float) -> None:
        """`state` is the engine's word on its end; empty: there is no such container any more."""
        if self.done.is_set():
            return
        code = exit_code(state) if state else None
        text = self.blame or reason(code, asked=self.asked, killed=self.killed)
        if state.get("OOMKilled") and not self.asked:
            text = f"killed by the kernel: over its memory limit of {amount(self.spec.limits.memory)}"
        if not state and not self.asked:
            text = "its container was removed by somebody else"
        at = when(state.get("FinishedAt", NEVER)) or now
        self.instance = msgspec.structs.replace(self.instance, phase="exited", ended=at, exit=code, reason=text)
        self.done.set()

    def asking(self) -> None:
        self.asked = True
        self.instance = msgspec.structs.replace(self.instance, phase="stopping")


def exit_code(state: Mapping[str, Any]) -> int:
    """Negative for a signal's number: within the container the first process tells it as shells do."""
    code = int(state["ExitCode"])
    return BY_SIGNAL - code if BY_SIGNAL < code <= BY_SIGNAL + 64 else code


def when(stamp: str) -> float:
    """The engine's times, in seconds since the epoch; 0 for what never happened."""
    if stamp.startswith(NEVER[:4]):
        return 0.0
    whole, _, fraction = stamp.removesuffix("Z").partition(".")
    zone = "" if "+" in whole else "+00:00"
    return datetime.fromisoformat(whole + zone).timestamp() + (float(f"0.{fraction}") if fraction.isdigit() else 0.0)

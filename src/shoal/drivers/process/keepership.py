"""The daemon's tie to its keeper: there when it is needed, made anew when the keeper died."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shoal.drivers.process import launch
from shoal.drivers.process.channel import Channel
from shoal.errors import DriverFailed

AGAIN = 0.2
"""Seconds between two tries to find another keeper."""


class Daemon(msgspec.Struct, frozen=True):
    """How the calling process is started again when it dies."""

    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    pid: int

    def request(self) -> dict[str, Any]:
        return launch.supervision(self.command, self.env, cwd=self.cwd, log=self.log, adopt=self.pid)


class Keepership:
    """`ended` is told of every child's end, `lost` that the keeper died (or was never there)."""

    def __init__(
        self, state: Path, daemon: Daemon | None, ended: Callable[[str, int], None], lost: Callable[[], None]
    ) -> None:
        self._state = state
        self._daemon = daemon
        self._ended = ended
        self._lost = lost
        self._channel: Channel | None = None
        self._connecting: asyncio.Task[Channel | None] | None = None
        self._rescue: asyncio.Task[None] | None = None
        self._closing = False

    async def children(self) -> frozenset[str]:
        """Instances whose end the keeper will see. Starts no keeper unless it has a daemon to look after."""
        channel = await self._connect(start=self._daemon is not None)
        if channel is None:
            return frozenset()
        answer = await channel.ask({"do": "list"})
        return frozenset(child["instance"] for child in answer["children"])

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The keeper's answer; a keeper is started if there is none. Raises DriverFailed."""
        channel = self._channel
        if channel is None or not channel.connected:
            channel = await self._shared()
        return await channel.ask(request)

    async def close(self) -> None:
        self._closing = True
        if tasks := [task for task in (self._connecting, self._rescue) if task]:
            await asyncio.wait(tasks)
        if self._channel:
            await self._channel.close()

    async def _shared(self) -> Channel:
        """One attempt to connect, however many wait for it."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect(start=True), name="reach the keeper")
        try:
            channel = await asyncio.shield(self._connecting)
        finally:
            if self._connecting and self._connecting.done():
                self._connecting = None
        assert channel is not None
        return channel

    async def _connect(self, *, start: bool) -> Channel | None:
        channel = Channel(self._ended, self._broken)
        if not await channel.open(self._state, start=start):
            return None
        self._channel = channel
        if self._daemon:
            await channel.ask(self._daemon.request())
        return channel

    def _broken(self) -> None:
        if self._closing:
            return
        if self._channel:
            self._channel.let_go()
            self._channel = None
        self._lost()
        if self._daemon:
            # Without a keeper nobody would bring us back.
            self._rescue = asyncio.create_task(self._rescued(), name="find another keeper")

    async def _rescued(self) -> None:
        """Until there is one: the first try may meet the old one's last breath, or another's start."""
        while not self._closing and not (self._channel and self._channel.connected):
            with contextlib.suppress(DriverFailed):
                await self._shared()
                return
            await asyncio.sleep(AGAIN)

"""The keeper, from inside the daemon: requests with answers, and word of every child that ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shoal.drivers.process import launch
from shoal.drivers.process.keeper import wire
from shoal.errors import DriverFailed


class Channel:
    """One connection. `ended(instance, code)` is called for every child's end; `lost()` once, when it breaks."""

    def __init__(self, ended: Callable[[str, int], None], lost: Callable[[], None]) -> None:
        self._ended = ended
        self._lost = lost
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, state: Path, *, start: bool) -> bool:
        """Connects, if `start` to a new keeper where there is none. Whether there is one now. Raises DriverFailed."""
        reach = launch.reach_keeper if start else launch.find_keeper
        sock = await asyncio.to_thread(reach, state)
        if sock is None:
            return False
        sock.setblocking(False)
        reader, self._writer = await asyncio.open_unix_connection(sock=sock)
        self._reading = asyncio.create_task(self._read(reader), name="keeper")
        return True

    @property
    def connected(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer, which may hold an `error`. Raises DriverFailed when the keeper is gone."""
        if self._writer is None or not self.connected:
            raise DriverFailed("the keeper is gone")
        self._number += 1
        number = self._number
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(wire.encode({"seq": number, **request}))
            async with asyncio.timeout(launch.PATIENCE):
                return await answer
        except (TimeoutError, ConnectionError) as error:
            raise DriverFailed("the keeper doesn't answer") from error
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._writer:
            self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        lines = wire.Lines()
        try:
            while data := await reader.read(1 << 16):
                for message in lines.feed(data):
                    self._take(message)
        except (ConnectionError, ValueError):
            pass  # as good as an end of file: a keeper that is gone, or nonsense
        finally:
            self._break()

    def _take(self, message: dict[str, Any]) -> None:
        if end := message.get("exit"):
            self._ended(str(end["instance"]), int(end["code"]))
        elif (answer := self._waiting.get(message.get("seq", 0))) and not answer.done():
            answer.set_result(message)

    def _break(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(DriverFailed("the keeper ended while it was asked"))
        self._lost()

    def let_go(self) -> None:
        """Closes our end."""
        if self._writer:
            self._writer.close()

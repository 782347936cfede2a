"""Writes of one who believes what he is told: numbered rows in Postgres and messages in a stream, again and again."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from pathlib import Path
from typing import Self

import nats
from nats.js.errors import Error as JetStreamError

from shoal.build.engines import program
from tests.scenarios.app import App
from tests.scenarios.meanwhile import Meanwhile

PAUSE = 0.05


class Acknowledged(Meanwhile):
    """While the context lasts. The app has a `db`, and a stream NEWS of `news.>`."""

    def __init__(self, app: App) -> None:
        self._db, self._nats = app.address("web", "DATABASE_URL"), app.address("web", "NATS_URL")
        super().__init__([self._rows, self._messages])
        self.rows: list[int] = []
        self.messages: list[int] = []

    def __enter__(self) -> Self:
        assert self._sql("create table written (number int)")[0]
        return super().__enter__()

    def lost(self) -> list[str]:
        """What was acknowledged and isn't there."""
        assert self.rows
        assert self.messages
        well, text = self._sql("select number from written")
        assert well
        rows, messages = {int(line) for line in text.split()}, asyncio.run(self._kept())
        return [f"row {n}" for n in self.rows if n not in rows] + [
            f"message {n}" for n in self.messages if n not in messages
        ]

    def _sql(self, text: str) -> tuple[bool, str]:
        command: list[str | Path] = [program("psql@16"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run([*command, self._db, "-c", text], capture_output=True, text=True, timeout=30, check=False)
        return done.returncode == 0, done.stdout

    def _rows(self) -> None:
        number = 0
        while not self._over.wait(PAUSE):
            number += 1
            if self._sql(f"insert into written values ({number})")[0]:
                self.rows.append(number)

    def _messages(self) -> None:
        asyncio.run(self._publish())

    async def _publish(self) -> None:
        number = 0
        while not self._over.is_set():
            with contextlib.suppress(OSError, TimeoutError, nats.errors.Error, JetStreamError):
                client = await nats.connect(self._nats, connect_timeout=2, allow_reconnect=False, error_cb=_nothing)
                try:
                    while not self._over.is_set():
                        number += 1
                        await client.jetstream(timeout=2).publish("news.today", str(number).encode())
                        self.messages.append(number)
                        await asyncio.sleep(PAUSE)
                finally:
                    await client.close()
            await asyncio.sleep(PAUSE)

    async def _kept(self) -> set[int]:
        client = await nats.connect(self._nats)
        try:
            stream = client.jetstream()
            last = (await stream.stream_info("NEWS")).state.last_seq
            return {int((await stream.get_msg("NEWS", seq)).data or b"0") for seq in range(1, last + 1)}
        finally:
            await client.close()


async def _nothing(problem: Exception) -> None:
    """Its server's deaths are none of the log's business."""

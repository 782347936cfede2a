"""A real client of each engine: it keeps words in the backing service and reads them again."""

from __future__ import annotations

import asyncio
import contextlib
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any

from nats.aio.client import Client as NatsClient

from shoal.build.engines import program
from shoal.model.app import Backing, Nats, Postgres, Stream

Properties = Mapping[str, str]


class Refused(Exception):
    """The server didn't let the client do it."""


class EngineClient(ABC):
    """`backing` is an entry of its kind, `spoiled` the uri with another password in it."""

    backing: Backing

    @abstractmethod
    async def write(self, properties: Properties, word: str) -> None:
        """Raises `Refused`."""

    @abstractmethod
    async def read(self, properties: Properties) -> list[str]:
        """All words, oldest first. Raises `Refused`."""

    def with_password(self, properties: Properties, password: str) -> Properties:
        old, new = f":{properties['password']}@", f":{password}@"
        return dict(properties) | {"password": password, "uri": properties["uri"].replace(old, new)}


class PostgresClient(EngineClient):
    backing = Backing("shop-db", Postgres())

    async def write(self, properties: Properties, word: str) -> None:
        make = "CREATE TABLE IF NOT EXISTS words (n bigint GENERATED ALWAYS AS IDENTITY, word text)"
        await psql(properties["uri"], f"{make}; INSERT INTO words (word) VALUES ('{word}')")

    async def read(self, properties: Properties) -> list[str]:
        return (await psql(properties["uri"], "SELECT word FROM words ORDER BY n")).split()


class NatsEngineClient(EngineClient):
    backing = Backing("events", Nats((Stream("WORDS", ("words.>",)),)))

    async def write(self, properties: Properties, word: str) -> None:
        async with connected(properties["uri"]) as connection:
            await connection.jetstream().publish("words.one", word.encode())

    async def read(self, properties: Properties) -> list[str]:
        async with connected(properties["uri"]) as connection:
            jetstream = connection.jetstream()
            held = (await jetstream.stream_info("WORDS")).state.messages
            found = [await jetstream.get_msg("WORDS", n + 1) for n in range(held)]
            return [(message.data or b"").decode() for message in found]


async def psql(uri: str, sql: str) -> str:
    command = (str(program("psql@16")), "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", sql)
    out = asyncio.subprocess.PIPE
    env = {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/nonexistent"}
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=out, stderr=out)
    printed, problem = await process.communicate()
    if process.returncode:
        raise Refused(problem.decode())
    return printed.decode().strip()


@contextlib.asynccontextmanager
async def connected(uri: str) -> AsyncIterator[NatsClient]:
    problems: list[Exception] = []

    async def noted(problem: Exception) -> None:
        problems.append(problem)

    options: dict[str, Any] = {"allow_reconnect": False, "connect_timeout": 5, "error_cb": noted}
    connection = NatsClient()
    try:
        await connection.connect(uri, **options)
    except Exception as problem:
        await _hang_up(connection)
        raise Refused(f"{problem!r} {problems}") from None
    try:
        yield connection
    finally:
        await connection.close()


async def _hang_up(connection: NatsClient) -> None:
    """A refused client leaves its socket open."""
    transport: Any = connection._transport
    if transport:
        transport.close()
        with contextlib.suppress(OSError):
            await transport.wait_closed()


CLIENTS: dict[type, EngineClient] = {Postgres: PostgresClient(), Nats: NatsEngineClient()}

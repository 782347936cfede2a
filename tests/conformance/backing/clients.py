"""A real client of each engine: it keeps words in the backing service and reads them again."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from nats.aio.client import Client as NatsClient

from shoal.build.engines import program
from shoal.jobs import resp
from shoal.model.app import Backing, Mysql, Nats, Postgres, Rabbitmq, Redis, Stream

Properties = Mapping[str, str]


class Refused(Exception):
    """The server didn't let the client do it."""


class EngineClient(ABC):
    """`backing` is an entry of its kind; `programs` are those that no wheel brings."""

    backing: Backing
    programs: tuple[str, ...] = ()

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


class RedisClient(EngineClient):
    backing = Backing("cache", Redis())

    async def write(self, properties: Properties, word: str) -> None:
        await redis(properties["uri"], "RPUSH", "words", word)

    async def read(self, properties: Properties) -> list[str]:
        return [word.decode() for word in await redis(properties["uri"], "LRANGE", "words", "0", "-1")]


class MysqlClient(EngineClient):
    backing = Backing("shop-db", Mysql("mariadb"))
    programs = ("mariadbd", "mariadb")

    async def write(self, properties: Properties, word: str) -> None:
        make = "CREATE TABLE IF NOT EXISTS words (n bigint PRIMARY KEY AUTO_INCREMENT, word text)"
        await mysql(properties, f"{make}; INSERT INTO words (word) VALUES ('{word}')")

    async def read(self, properties: Properties) -> list[str]:
        return (await mysql(properties, "SELECT word FROM words ORDER BY n")).split()


class RabbitmqClient(EngineClient):
    """Words lie in a durable queue; reading hands them back."""

    backing = Backing("queue", Rabbitmq())
    programs = ("rabbitmq-server",)

    async def write(self, properties: Properties, word: str) -> None:
        await asyncio.to_thread(amqp, properties["uri"], lambda channel: publish(channel, word))

    async def read(self, properties: Properties) -> list[str]:
        return await asyncio.to_thread(amqp, properties["uri"], words)


async def redis(uri: str, *command: str) -> Any:
    """One command. Raises `Refused`."""

    def asked() -> Any:
        with resp.Connection(uri, 10) as connection:
            return connection.ask(*command)

    try:
        return await asyncio.to_thread(asked)
    except resp.Refused as problem:
        raise Refused(str(problem)) from None


MYSQL = ("--no-defaults", "--default-character-set=utf8mb4", "--batch", "--skip-column-names")


async def mysql(properties: Properties, sql: str) -> str:
    place = [f"--{name}={properties[name]}" for name in ("host", "port", "database")]
    who = (f"--user={properties['username']}", f"--password={properties['password']}")
    command = (str(program("mariadb")), *MYSQL, *place, *who, "-e", sql)
    out = asyncio.subprocess.PIPE
    env = {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/nonexistent"}
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=out, stderr=out)
    printed, problem = await process.communicate()
    if process.returncode:
        raise Refused(problem.decode())
    return printed.decode().strip()


def amqp(uri: str, work: Callable[[Any], Any]) -> Any:
    """What `work` does with a channel. Raises `Refused`."""
    pika = importlib.import_module("pika")
    options = pika.URLParameters(uri)
    options.connection_attempts, options.socket_timeout = 1, 10
    try:
        connection = pika.BlockingConnection(options)
    except pika.exceptions.AMQPError as problem:
        raise Refused(f"{problem!r}") from None
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        return work(channel)
    except pika.exceptions.AMQPError as problem:
        raise Refused(f"{problem!r}") from None
    finally:
        if connection.is_open:
            connection.close()


def publish(channel: Any, word: str, exchange: str = "", key: str = "words") -> None:
    pika = importlib.import_module("pika")
    if not exchange:
        channel.queue_declare(key, durable=True)
    channel.basic_publish(exchange, key, word.encode(), pika.BasicProperties(delivery_mode=2), mandatory=True)


def words(channel: Any) -> list[str]:
    found = []
    while (message := channel.basic_get("words"))[0]:
        found.append(message[2].decode())
    if found:
        channel.basic_nack(0, multiple=True, requeue=True)
    return found


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


CLIENTS: dict[type, EngineClient] = {
    Postgres: PostgresClient(),
    Nats: NatsEngineClient(),
    Redis: RedisClient(),
    Mysql: MysqlClient(),
    Rabbitmq: RabbitmqClient(),
}

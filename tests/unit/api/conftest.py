"""A server in a folder whose path is too long for a socket and holds a space, and its clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shoal.api.client import Client, connect
from shoal.api.server import Server, Verb
from shoal.errors import MissingFile, Place


class Daemon:
    """Verbs to try a server with; `ended` are the verbs that came to their end, however."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ended: list[str] = []
        self.begun = asyncio.Event()

    def verbs(self) -> dict[str, Verb]:
        return {"count": self.count, "fail": self.fail, "defect": self.defect, "forever": self.forever,
                "echo": self.echo, "odd": self.odd, "silent": self.silent}  # fmt: skip

    async def count(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        for number in range(request["to"]):
            yield {"event": number}
        yield {"counted": request["to"]}

    async def echo(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        yield {"what": request["what"]}

    async def fail(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        yield {"event": "first"}
        raise MissingFile("no file", where=Place("shoal.yaml", 3, 7), hint="write one")

    async def defect(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        yield {"event": "first"}
        raise ZeroDivisionError("of ours")

    async def silent(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        nothings: tuple[str, ...] = ()
        for nothing in nothings:
            yield nothing

    async def odd(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        yield {"event": self}

    async def forever(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        try:
            self.begun.set()
            yield {"event": "first"}
            await asyncio.get_running_loop().create_future()
        finally:
            self.ended.append("forever")

    async def ask(self, verb: str, **fields: Any) -> Any:
        """As a client in another process would."""
        return await asyncio.to_thread(Client(self.folder).ask, verb, **fields)

    async def all(self, verb: str, **fields: Any) -> list[tuple[str, Any]]:
        return await asyncio.to_thread(lambda: list(Client(self.folder).stream(verb, **fields)))

    async def say(self, data: bytes) -> bytes:
        """What comes back for these bytes."""

        def talk() -> bytes:
            with connect(self.folder) as connection:
                connection.settimeout(5)
                connection.sendall(data)
                with connection.makefile("rb") as answers:
                    return answers.readline()

        return await asyncio.to_thread(talk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deep = tmp_path / ("a rather long name " * 8).strip()
    deep.mkdir()
    return deep


@pytest.fixture
async def daemon(folder: Path) -> AsyncIterator[Daemon]:
    daemon, ready = Daemon(folder), asyncio.Event()
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    serving = asyncio.create_task(Server(folder, daemon.verbs()).run(ready))
    await ready.wait()
    yield daemon
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert all("exception" in context for context in told), told

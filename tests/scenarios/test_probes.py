"""A probe must come to a verdict whatever the other side does."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from shoal.control import asking
from shoal.control.health import Health
from shoal.control.probe import dial
from shoal.drivers.fake import FakeDriver
from shoal.model.app import Probe, Probes
from shoal.model.observed import Endpoint, Instance

Serve = Callable[[bytes, bool], Awaitable[Endpoint]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """A server that answers with these bytes, and closes the connection then or never."""
    servers = []

    async def start(answer: bytes, closes: bool) -> Endpoint:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            if not closes:
                await reader.read()
            writer.close()

        servers.append(await asyncio.start_server(converse, "127.0.0.1", 0))
        return Endpoint(*servers[-1].sockets[0].getsockname())

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("answer", "closes", "verdict"),
    [
        (OK, True, ""),
        (OK, False, ""),
        (b"HTTP/1.1 302 Found\r\n\r\n", True, ""),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False, "GET /ready answered 503"),
        (b"SSH-2.0-OpenSSH\r\n", False, "GET /ready got no HTTP answer"),
        (b"", True, "GET /ready got no HTTP answer"),
        (b"", False, "no answer within 0.5 s"),
        (b"x" * 200_000, False, "answers without an end of line"),
    ],
)
async def test_each_answer_is_judged(serve: Serve, answer: bytes, closes: bool, verdict: str) -> None:
    endpoint = await serve(answer, closes)
    problem = await dial(Probe("http", path="/ready", timeout=0.5), endpoint)
    assert problem.endswith(verdict) and bool(problem) == bool(verdict)


async def test_an_instance_dropped_while_its_probe_is_answered_is_dropped_quietly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problems: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
    watched = Health(FakeDriver(), lambda: None)
    asked = asyncio.Event()

    async def answer(probe: Probe, endpoint: Endpoint) -> str:
        if probe.path == "/live":
            watched.follow([], lambda instance: Probes())
            asked.set()
        return ""

    monkeypatch.setattr(asking, "dial", answer)
    instance = Instance("web-0-aaaa", "web", "service", "r1", phase="starting", endpoints={"http": Endpoint("", 1)})
    probes = Probes(ready=Probe("http", path="/ready"), live=Probe("http", path="/live", every=0.01))
    watched.follow([instance], lambda name: probes)
    await asyncio.wait_for(asked.wait(), 5)
    for _ in range(5):
        await asyncio.sleep(0)
    await watched.close()
    gc.collect()  # only then would a task tell that it failed
    assert problems == []

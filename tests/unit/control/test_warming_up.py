"""A new instance is warmed up before it gets traffic, as long as another serves."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from shoal.control import health as healths
from shoal.control.health import Health
from shoal.drivers.fake import FakeDriver
from shoal.model.app import Probe, Probes
from shoal.model.observed import Endpoint, Instance

PROBES = Probes(ready=Probe("http", path="/ready", every=0.05, timeout=1.0, failures=2, grace=60.0))
PATHS = ("/one", "/two")


class Service:
    """Says no to its probe until `up`; `asked` counts what it was asked for while it didn't get traffic."""

    def __init__(self) -> None:
        self.up, self.asked, self.endpoint = False, Counter[str](), Endpoint("127.0.0.1", 0)
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            path = (await reader.readline()).split()[1].decode()
            self.asked[path] += 1
            if self.silent and path != "/ready":
                await reader.read()
            code = b"200 OK" if self.up else b"503 Busy"
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % code)
            await writer.drain()
        writer.close()

    @property
    def warmed(self) -> int:
        return sum(self.asked[path] for path in PATHS)


class Watched:
    """An instance that starts, perhaps beside one that serves."""

    def __init__(self, service: Service, **fields: Any) -> None:
        self.service, self.news = service, asyncio.Event()
        self.health = Health(FakeDriver(), self.news.set, clock=lambda: 1000.0)
        given: dict[str, Any] = {"kind": "service", "started": 1000.0, "endpoints": {"http": service.endpoint}} | fields
        self.instance = Instance("api-1-b", "api", revision="r2", index=1, **given)
        self.other = Instance("api-0-a", "api", "service", revision="r1", phase="ready", endpoints={})

    def follow(self, *beside: Instance) -> None:
        self.health.follow((self.instance, *beside), lambda instance: PROBES, lambda instance: PATHS)

    async def starts(self) -> None:
        """Says no first, as whoever starts does, then yes."""
        async with asyncio.timeout(5):
            while not self.health.judge([self.instance])[0].reason:
                await self._news()
        self.service.up = True

    async def ready(self) -> None:
        async with asyncio.timeout(10):
            while self.health.judge([self.instance])[0].phase != "ready":
                await self._news()

    async def _news(self) -> None:
        self.news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                await self.news.wait()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    async with await asyncio.start_server(service.serve, "127.0.0.1", 0) as server:
        service.endpoint = Endpoint(*server.sockets[0].getsockname())
        yield service


@pytest.fixture
async def watched(service: Service) -> AsyncIterator[Watched]:
    watched = Watched(service)
    yield watched
    await watched.health.close()


async def test_while_another_serves_it_is_asked_all_paths_in_turn_before_it_is_ready(watched: Watched) -> None:
    watched.follow(watched.other)
    await watched.starts()
    await watched.ready()
    assert watched.service.asked["/one"] == watched.service.asked["/two"] == healths.WARMING / 2


async def test_alone_it_is_wanted_at_once(watched: Watched) -> None:
    watched.follow()
    await watched.starts()
    await watched.ready()
    assert watched.service.warmed == 0


async def test_beside_one_that_only_starts_too_it_is_wanted_at_once(watched: Watched) -> None:
    watched.follow(msgspec.structs.replace(watched.other, phase="starting"))
    await watched.starts()
    await watched.ready()
    assert watched.service.warmed == 0


async def test_in_the_place_of_one_that_crashed_it_is_wanted_at_once(watched: Watched) -> None:
    watched.instance = msgspec.structs.replace(watched.instance, failures=1)
    watched.follow(watched.other)
    await watched.starts()
    await watched.ready()
    assert watched.service.warmed == 0


async def test_one_that_says_yes_at_once_ran_before_and_goes_on_serving(watched: Watched) -> None:
    watched.service.up = True
    watched.follow(watched.other)
    await watched.ready()
    assert watched.service.warmed == 0


async def test_answers_that_never_come_hold_it_up_only_so_long(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healths, "WARMING_LONGEST", 0.2)
    watched.service.silent = True
    watched.follow(watched.other)
    await watched.starts()
    await watched.ready()
    assert watched.service.warmed == 1

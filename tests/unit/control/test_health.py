"""Probes ask real servers; what they answer becomes a phase."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest

from shoal.control import health as healths
from shoal.control.health import Health
from shoal.control.probe import dial, judge
from shoal.drivers.fake import FakeDriver
from shoal.model.app import Probe, Probes
from shoal.model.observed import Endpoint, Instance

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
HTTP, TCP = Probe("http", path="/ready", timeout=0.5), Probe("tcp", timeout=0.5)


class Answering:
    """A server that says `answer` to whoever asks (None: nothing at all). `asked` are the requests."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer, self.asked, self.endpoint = answer, [], Endpoint("127.0.0.1", 0)  # type: ignore[var-annotated]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            self.asked.append((await reader.read(1 << 16)).decode("latin-1"))
            if self.answer is None:
                await reader.read()
            writer.write(self.answer or b"")
            await writer.drain()
        writer.close()


Serve = Callable[[bytes | None], Awaitable[Answering]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with contextlib.AsyncExitStack() as stack:

        async def start(answer: bytes | None) -> Answering:
            found = Answering(answer)
            server = await stack.enter_async_context(await asyncio.start_server(found.serve, "127.0.0.1", 0))
            found.endpoint = Endpoint(*server.sockets[0].getsockname())
            return found

        yield start


def nobody() -> Endpoint:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Endpoint(*free.getsockname())


class TestOneQuestion:
    @pytest.mark.parametrize(("line", "problem"), [
        (b"HTTP/1.1 200 OK\r\n", ""),
        (b"HTTP/1.0 204\r\n", ""),
        (b"HTTP/1.1 302 Found\r\n", ""),
        (b"HTTP/1.1 404 Not Found\r\n", "GET /ready answered 404"),
        (b"HTTP/1.1 500 \r\n", "GET /ready answered 500"),
        (b"HTTP/1.1 101 Switching\r\n", "GET /ready answered 101"),
        (b"", "GET /ready got no HTTP answer"),
        (b"SSH-2.0-OpenSSH_9\r\n", "GET /ready got no HTTP answer"),
        (b"HTTP/1.1 OK 200\r\n", "GET /ready got no HTTP answer"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "GET /ready got no HTTP answer"),
    ])  # fmt: skip
    def test_a_status_line_is_yes_or_no(self, line: bytes, problem: str) -> None:
        assert judge(line, "/ready") == problem

    async def test_http_is_asked_as_http(self, serve: Serve) -> None:
        server = await serve(OK)
        assert await dial(HTTP, server.endpoint) == ""
        (request,) = server.asked
        assert request.startswith("GET /ready HTTP/1.1\r\n")
        assert f"Host: {server.endpoint}\r\n" in request
        assert request.endswith("\r\n\r\n")

    async def test_a_bad_status_is_told(self, serve: Serve) -> None:
        assert await dial(HTTP, (await serve(BUSY)).endpoint) == "GET /ready answered 503"

    async def test_silence_is_no(self, serve: Serve) -> None:
        probe = msgspec.structs.replace(HTTP, timeout=0.05)
        assert await dial(probe, (await serve(None)).endpoint) == "no answer within 0.05 s"

    async def test_a_closed_port_is_no(self) -> None:
        for probe in (HTTP, TCP):
            endpoint = nobody()
            assert await dial(probe, endpoint) == f"{endpoint}: Connection refused"

    async def test_a_flood_without_an_end_is_no_and_harmless(self, serve: Serve) -> None:
        assert await dial(HTTP, (await serve(b"x" * 200_000)).endpoint) != ""

    async def test_an_open_port_is_enough_for_tcp(self, serve: Serve) -> None:
        assert await dial(TCP, (await serve(b"")).endpoint) == ""

    @pytest.mark.parametrize(("answer", "problem"), [
        (b"R and more", ""),
        (b"E", "it accepts connections but isn't ready"),
        (b"", "it accepts connections but isn't ready"),
    ])  # fmt: skip
    async def test_tcp_may_expect_an_answer(self, serve: Serve, answer: bytes, problem: str) -> None:
        server = await serve(answer)
        probe = Probe("tcp", timeout=1.0, send="\x00hello\xff", expect="R")
        assert await dial(probe, server.endpoint) == problem
        assert server.asked == ["\x00hello\xff"]


class Ward:
    """One instance under watch, by a clock of its own."""

    def __init__(self, endpoint: Endpoint, probes: Probes, **fields: Any) -> None:
        self.clock = self.now = 1000.0
        self.wakes = asyncio.Event()
        self.health = Health(FakeDriver(), self.wakes.set, clock=lambda: self.clock, ticks=lambda: self.now)
        self.probes = probes
        given: dict[str, Any] = {"kind": "service", "started": 1000.0, "endpoints": {"http": endpoint}} | fields
        self.instance = Instance("api-0-a", "api", revision="r1", **given)

    def follow(self, *instances: Instance) -> None:
        self.health.follow(instances or (self.instance,), lambda instance: self.probes)

    @property
    def seen(self) -> Instance:
        return self.health.judge([self.instance])[0]

    async def until(self, phase: str, *, stuck: bool = False) -> Instance:
        async with asyncio.timeout(5):
            while (self.seen.phase, self.seen.stuck) != (phase, stuck):
                self.wakes.clear()
                await self.wakes.wait()
        return self.seen


@pytest.fixture
async def watch(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Ward]]:
    monkeypatch.setattr(healths, "EAGER", 0.001)
    wards: list[Ward] = []

    def begin(*given: Any, ready_before: bool | None = None, **fields: Any) -> Ward:
        wards.append(Ward(*given, **fields))
        if ready_before is not None:
            wards[-1].health.resume({wards[-1].instance.id: ready_before})
        wards[-1].follow()
        return wards[-1]

    yield begin
    for ward in wards:
        await ward.health.close()


Watch = Callable[..., Ward]
READY = Probe("http", path="/ready", every=0.01, timeout=0.5, failures=2, grace=60.0)


class TestAnInstance:
    async def test_without_probes_is_ready_when_it_has_lived_a_moment(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert watch(nobody(), Probes()).seen.phase == "ready"
        monkeypatch.setattr(healths, "STEADY", 0.05)
        ward = watch(nobody(), Probes())
        assert ward.seen.phase == "starting"
        await ward.until("ready")

    @pytest.mark.parametrize("jump", [-3600.0, 3600.0])
    async def test_is_not_older_or_younger_because_the_clock_was_set(
        self, watch: Watch, serve: Serve, jump: float
    ) -> None:
        server = await serve(BUSY)
        ward = watch(server.endpoint, Probes(ready=READY))
        while not server.asked:
            await asyncio.sleep(0.001)
        ward.clock += jump
        asked = len(server.asked)
        while len(server.asked) < asked + 3:
            await asyncio.sleep(0.001)
        assert (ward.seen.phase, ward.seen.stuck) == ("starting", False)
        ward.now += 61.0
        await ward.until("starting", stuck=True)

    async def test_that_is_a_job_is_never_asked(self, watch: Watch) -> None:
        assert watch(nobody(), Probes(), kind="job").seen.phase == "starting"

    async def test_is_ready_when_it_says_yes(self, watch: Watch, serve: Serve) -> None:
        ward = watch((await serve(OK)).endpoint, Probes(ready=READY))
        assert ward.seen.phase == "starting"
        await ward.until("ready")

    async def test_comes_and_goes_with_its_answers(self, watch: Watch, serve: Serve) -> None:
        server = await serve(BUSY)
        ward = watch(server.endpoint, Probes(ready=READY))
        while not server.asked:
            await asyncio.sleep(0.001)
        assert ward.seen.phase == "starting"
        server.answer = OK
        await ward.until("ready")
        server.answer = BUSY
        assert (await ward.until("unready")).reason == "GET /ready answered 503"
        server.answer = OK
        await ward.until("ready")

    async def test_that_never_becomes_ready_must_be_replaced_when_its_grace_is_over(self, watch: Watch) -> None:
        ward = watch(nobody(), Probes(ready=READY))
        await asyncio.sleep(0.02)
        assert not ward.seen.stuck
        ward.now += 61.0
        found = await ward.until("starting", stuck=True)
        assert found.reason.startswith("never became ready within 60 s")

    async def test_that_stops_answering_its_liveness_must_be_replaced(self, watch: Watch, serve: Serve) -> None:
        server = await serve(OK)
        live = msgspec.structs.replace(READY, path="/live")
        ward = watch(server.endpoint, Probes(live=live))
        await ward.until("ready")
        server.answer = BUSY
        found = await ward.until("unready", stuck=True)
        assert found.reason == "its liveness probe failed 2 times: GET /live answered 503"

    async def test_is_not_asked_for_liveness_while_it_starts(self, watch: Watch, serve: Serve) -> None:
        server = await serve(BUSY)
        startup = msgspec.structs.replace(READY, path="/started")
        ward = watch(server.endpoint, Probes(startup=startup, ready=READY, live=READY))
        await asyncio.sleep(0.05)
        assert {request.split()[1] for request in server.asked} == {"/started"}
        assert not ward.seen.stuck

    async def test_without_the_port_that_is_asked_says_so(self, watch: Watch) -> None:
        ward = watch(nobody(), Probes(ready=msgspec.structs.replace(READY, port="admin")))
        async with asyncio.timeout(5):
            while not ward.seen.reason:
                await asyncio.sleep(0.001)
        assert ward.seen.reason == "it has no port admin"

    async def test_that_is_gone_is_asked_no_more_and_forgotten(self, watch: Watch, serve: Serve) -> None:
        server = await serve(OK)
        ward = watch(server.endpoint, Probes(ready=READY))
        await ward.until("ready")
        ward.health.follow([], lambda instance: Probes())
        asked = len(server.asked)
        await asyncio.sleep(0.05)
        assert len(server.asked) <= asked + 1
        assert ward.seen.phase == "starting"

    async def test_that_stops_is_asked_no_more(self, watch: Watch, serve: Serve) -> None:
        ward = watch((await serve(OK)).endpoint, Probes(ready=READY))
        await ward.until("ready")
        stopping = msgspec.structs.replace(ward.instance, phase="stopping")
        ward.follow(stopping)
        assert ward.health.judge([stopping]) == (stopping,)

    async def test_of_a_daemon_that_comes_back_is_asked_before_anything_is_decided(
        self, watch: Watch, serve: Serve
    ) -> None:
        ward = watch((await serve(OK)).endpoint, Probes(ready=READY), started=10.0)
        await ward.health.first_answers(3.0)
        assert ward.seen.phase == "ready"

    async def test_that_hangs_holds_up_a_daemon_for_no_longer_than_it_may(self, watch: Watch, serve: Serve) -> None:
        ward = watch((await serve(None)).endpoint, Probes(ready=msgspec.structs.replace(READY, timeout=5.0)))
        async with asyncio.timeout(2):
            await ward.health.first_answers(0.05)

    async def test_that_was_ready_under_another_daemon_is_ready_until_it_has_failed_often_enough(
        self, watch: Watch, serve: Serve
    ) -> None:
        server = await serve(BUSY)
        ward = watch(server.endpoint, Probes(ready=READY, live=READY), ready_before=True)
        assert ward.seen.phase == "ready"
        found = await ward.until("unready", stuck=True)
        assert found.reason == "its liveness probe failed 2 times: GET /ready answered 503"

    async def test_that_was_unready_under_another_daemon_is_so_until_it_says_yes(
        self, watch: Watch, serve: Serve
    ) -> None:
        server = await serve(BUSY)
        ward = watch(server.endpoint, Probes(ready=READY), ready_before=False)
        assert ward.seen.phase == "unready"
        server.answer = OK
        await ward.until("ready")

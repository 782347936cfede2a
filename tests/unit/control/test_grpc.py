"""gRPC health: a server that speaks HTTP/2 for real, with answers of every kind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from shoal.control.grpc import METHOD, framed, serving, varint
from shoal.control.probe import dial
from shoal.model.app import Probe
from shoal.model.observed import Endpoint

Fields = list[tuple[str, str]]
HEAD = [(":status", "200"), ("content-type", "application/grpc")]
WELL = [("grpc-status", "0")]
SERVING = b"\x08\x01"


class Server:
    """Answers with `message` (None: no message) and `trailers`; `asked` are the paths and bodies of the requests."""

    def __init__(self, message: bytes | None, trailers: Fields, head: Fields = HEAD) -> None:
        self.message, self.trailers, self.head = message, trailers, head
        self.asked: list[tuple[str, bytes]] = []
        self.endpoint = Endpoint("127.0.0.1", 0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        path, body = "", b""
        with contextlib.suppress(ConnectionError):
            writer.write(connection.data_to_send())
            while data := await reader.read(65536):
                for event in connection.receive_data(data):
                    if isinstance(event, RequestReceived):
                        path = next(str(value) for name, value in event.headers if str(name) == ":path")
                    elif isinstance(event, DataReceived):
                        body += event.data or b""
                    elif isinstance(event, StreamEnded):
                        self.asked.append((path, body))
                        self.answer(connection, event.stream_id or 0)
                writer.write(connection.data_to_send())
        writer.close()

    def answer(self, connection: H2Connection, stream: int) -> None:
        if self.message is None:
            connection.send_headers(stream, [*self.head, *self.trailers], end_stream=True)
            return
        connection.send_headers(stream, self.head)
        connection.send_data(stream, framed(self.message))
        connection.send_headers(stream, self.trailers, end_stream=True)


Start = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with contextlib.AsyncExitStack() as stack:

        async def begin(message: bytes | None, trailers: Fields, head: Fields = HEAD) -> Server:
            found = Server(message, trailers, head)
            server = await stack.enter_async_context(await asyncio.start_server(found.serve, "127.0.0.1", 0))
            found.endpoint = Endpoint(*server.sockets[0].getsockname())
            return found

        yield begin


@pytest.mark.parametrize(("message", "trailers", "problem"), [
    (SERVING, WELL, ""),
    (b"\x08\x02", WELL, "gRPC health says that service shop.Users is NOT_SERVING"),
    (b"", WELL, "gRPC health says that service shop.Users is UNKNOWN"),
    (None, [("grpc-status", "5"), ("grpc-message", "unknown")], "gRPC health doesn't know the service shop.Users"),
    (None, [("grpc-status", "12")], "it doesn't know grpc.health.v1.Health"),
    (None, [("grpc-status", "13"), ("grpc-message", "not%20now")], "gRPC health failed with code 13: not now"),
])  # fmt: skip
async def test_each_answer_is_judged(start: Start, message: bytes | None, trailers: Fields, problem: str) -> None:
    server = await start(message, trailers)
    assert await dial(Probe("grpc", service="shop.Users"), server.endpoint) == problem
    assert server.asked == [(METHOD, framed(b"\x0a\x0ashop.Users"))]


async def test_without_a_name_the_server_itself_is_meant(start: Start) -> None:
    server = await start(b"\x08\x02", WELL)
    assert await dial(Probe("grpc"), server.endpoint) == "gRPC health says that the server is NOT_SERVING"
    assert server.asked == [(METHOD, framed(b""))]


async def test_http_2_without_grpc_is_a_no(start: Start) -> None:
    server = await start(None, [], [(":status", "404")])
    assert await dial(Probe("grpc"), server.endpoint) == "gRPC health got HTTP 404 and no gRPC answer"


@pytest.mark.parametrize(("words", "problem"), [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "speaks no HTTP/2, so no gRPC"),
    (b"", "gRPC health got no answer"),
])  # fmt: skip
async def test_another_protocol_is_a_no(words: bytes, problem: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(words)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        endpoint = Endpoint(*server.sockets[0].getsockname())
        assert (await dial(Probe("grpc", timeout=1), endpoint)).endswith(problem)


@pytest.mark.parametrize(("message", "status"), [(b"\x08\x01", 1), (b"\x08\xac\x02", 300), (b"", 0), (b"\x12\x01x", 0)])
def test_the_status_is_read(message: bytes, status: int) -> None:
    assert serving(message) == status


@pytest.mark.parametrize(("number", "encoded"), [(0, b"\0"), (127, b"\x7f"), (300, b"\xac\x02")])
def test_a_length_is_written(number: int, encoded: bytes) -> None:
    assert varint(number) == encoded

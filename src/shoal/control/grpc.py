"""The health protocol of gRPC (https://github.com/grpc/grpc/blob/master/doc/health-checking.md): one Check on a
connection of its own. Imported only where a probe asks so."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset, TrailersReceived
from h2.exceptions import ProtocolError

from shoal.model.observed import Endpoint

METHOD = "/grpc.health.v1.Health/Check"
SERVING = 1
STATUS = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}
# Codes of gRPC that say more than their number.
NOT_FOUND, UNIMPLEMENTED = "5", "12"
PIECE = 1 << 16
LONGEST = 1 << 16


async def check(endpoint: Endpoint, service: str) -> str:
    """Empty when `service` (or nothing: the server) is SERVING, else what was wrong. Raises OSError."""
    reader, writer = await asyncio.open_connection(*endpoint)
    try:
        call = Call(f"{endpoint}", service)
        writer.write(call.outgoing())
        while not call.ended and (data := await reader.read(PIECE)):
            call.take(data)
            writer.write(call.outgoing())
        return call.verdict()
    except ProtocolError:
        return f"{endpoint} speaks no HTTP/2, so no gRPC"
    finally:
        writer.transport.abort()


class Call:
    """One unary call: bytes in, bytes out; no I/O."""

    def __init__(self, authority: str, service: str) -> None:
        self._service = service
        self._fields: dict[str, str] = {}
        self._body = b""
        self.ended = False
        self._connection = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._connection.initiate_connection()
        stream = self._connection.get_next_available_stream_id()
        self._connection.send_headers(stream, _head(authority))
        self._connection.send_data(stream, framed(_request(service)), end_stream=True)

    def outgoing(self) -> bytes:
        return self._connection.data_to_send()

    def take(self, data: bytes) -> None:
        """Raises ProtocolError."""
        if data.startswith(b"HTTP/1"):
            # The library would take that for the head of a long frame, and wait for the rest.
            raise ProtocolError("an answer of HTTP/1")
        for event in self._connection.receive_data(data):
            if isinstance(event, ResponseReceived | TrailersReceived):
                self._fields |= {_text(name): _text(value) for name, value in event.headers or ()}
            elif isinstance(event, DataReceived):
                self._body = (self._body + (event.data or b""))[:LONGEST]
            self.ended = self.ended or isinstance(event, StreamEnded | StreamReset)

    def verdict(self) -> str:
        asked = f"service {self._service}" if self._service else "the server"
        status, code = self._fields.get(":status", ""), self._fields.get("grpc-status", "")
        if not code:
            return f"gRPC health got HTTP {status} and no gRPC answer" if status else "gRPC health got no answer"
        if code == UNIMPLEMENTED:
            return "it doesn't know grpc.health.v1.Health"
        if code == NOT_FOUND:
            return f"gRPC health doesn't know the {asked}"
        if code != "0":
            words = unquote(self._fields.get("grpc-message", ""))
            return f"gRPC health failed with code {code}" + (f": {words}" if words else "")
        found = serving(self._body[5:])
        return "" if found == SERVING else f"gRPC health says that {asked} is {STATUS.get(found, found)}"


def _head(authority: str) -> list[tuple[str, str]]:
    return [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", METHOD),
        (":authority", authority),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("user-agent", "shoal-probe"),
    ]


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def framed(message: bytes) -> bytes:
    """A message as gRPC sends it: not compressed, its length, itself."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def _request(service: str) -> bytes:
    """`HealthCheckRequest { string service = 1; }`"""
    name = service.encode()
    return b"\x0a" + varint(len(name)) + name if name else b""


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def serving(message: bytes) -> int:
    """The status of `HealthCheckResponse { ServingStatus status = 1; }`: a field that is 0 isn't sent."""
    if message[:1] != b"\x08":
        return 0
    number = 0
    for place, byte in enumerate(message[1:11]):
        number |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return number

"""One question to one instance, over the network. HTTP GET by hand: a client library would cost more memory than all
else that waits here."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket

from shoal.model.app import Probe
from shoal.model.observed import Endpoint

# Seconds given to an answer that has been judged already.
DRAIN = 0.1


async def dial(probe: Probe, endpoint: Endpoint) -> str:
    """Empty when the answer is yes, else what was wrong, in a few words."""
    try:
        async with asyncio.timeout(probe.timeout):
            return await _WAYS[probe.kind](probe, endpoint)
    except TimeoutError:
        return f"no answer within {probe.timeout:g} s"
    except OSError as problem:
        # asyncio puts words of its own into `strerror`: "Connect call failed (...)"
        return f"{endpoint}: {os.strerror(problem.errno) if problem.errno else problem}"
    except ValueError:
        return f"{endpoint} answers without an end of line"


async def _tcp(probe: Probe, endpoint: Endpoint) -> str:
    if not probe.expect:
        return await _accepts(endpoint)
    reader, writer = await asyncio.open_connection(*endpoint)
    try:
        writer.write(probe.send.encode("latin-1"))
        got = await _beginning(reader, probe.skip + len(probe.expect))
        fits = got[probe.skip :] == probe.expect.encode("latin-1")
        return "" if fits else "it accepts connections but isn't ready"
    finally:
        await _close(writer)


async def _accepts(endpoint: Endpoint) -> str:
    """Without a stream: a connection that nobody reads from is asked for often."""
    with socket.socket() as sock:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, endpoint)
    return ""


async def _beginning(reader: asyncio.StreamReader, length: int) -> bytes:
    """As much of the first bytes as comes."""
    try:
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError as cut:
        return cut.partial


async def _http(probe: Probe, endpoint: Endpoint) -> str:
    return judge(await fetch(endpoint, probe.path), probe.path)


async def _grpc(probe: Probe, endpoint: Endpoint) -> str:
    # Late: few apps ask so, and all would carry the library.
    from shoal.control.grpc import check

    return await check(endpoint, probe.service)


_WAYS = {"http": _http, "tcp": _tcp, "grpc": _grpc}


async def fetch(endpoint: Endpoint, path: str) -> bytes:
    """The status line of a GET. Raises OSError."""
    reader, writer = await asyncio.open_connection(*endpoint)
    fields = {"Host": str(endpoint), "User-Agent": "shoal-probe", "Accept": "*/*", "Connection": "close"}
    head = "".join([f"GET {path} HTTP/1.1\r\n", *(f"{name}: {text}\r\n" for name, text in fields.items()), "\r\n"])
    try:
        writer.write(head.encode())
        line = await reader.readline()
        await _drain(reader)
        return line
    finally:
        await _close(writer)


async def _drain(reader: asyncio.StreamReader) -> None:
    """Reads to the end, so that the server doesn't log a client that hung up; but an answer without an end, or a server
    that keeps the connection, is no reason to wait."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN):
            while await reader.read(1 << 16):
                pass


def judge(line: bytes, path: str) -> str:
    """What an HTTP status line says: 2xx and 3xx are yes."""
    words = line.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        return f"GET {path} got no HTTP answer"
    status = int(words[1])
    return "" if 200 <= status < 400 else f"GET {path} answered {status}"


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()

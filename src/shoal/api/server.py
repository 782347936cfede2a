"""The one door into the daemon."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from shoal import __version__
from shoal.api.wire import LIMIT, SOCKET, line, parse
from shoal.errors import ShoalError, UsageError, of_system

# A verb yields any number of events, `{"event": ...}`, sent as they come; what it yields besides is its result.
# What every later version may ask of this one, so that it can take its place.
ANY_VERSION = ("ping", "leave")
Verb = Callable[[Mapping[str, Any]], AsyncIterator[Any]]


class Server:
    """Answers `verbs` on a Unix socket in `folder`."""

    def __init__(self, folder: Path, verbs: Mapping[str, Verb]) -> None:
        self._folder, self._verbs = folder, verbs
        self._open: set[asyncio.Task[None]] = set()

    async def run(self, ready: asyncio.Event) -> None:
        """Serve until cancelled."""
        listener = _listen(self._folder)
        server = await asyncio.start_unix_server(self._accept, sock=listener, limit=LIMIT)
        try:
            ready.set()
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            (self._folder / SOCKET).unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if _uid(writer) in (os.geteuid(), 0):
                await self._converse(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request; a client that hangs up ends it."""
        request = await reader.readline()
        if not request:
            return
        answer = asyncio.create_task(self._answer(request, writer))
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (answer, gone):
                task.cancel()
            await asyncio.gather(answer, gone, return_exceptions=True)

    async def _answer(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            result: Any = None
            async for item in self._verb(data):
                if "event" in item:
                    writer.write(line(item=item))
                    await writer.drain()
                else:
                    result = item
            writer.write(line(done=result))
        except ShoalError as problem:
            writer.write(line(error=problem.to_json()))
        except ConnectionError:
            return  # who asked has gone
        except Exception as problem:
            if refused := of_system(problem):
                writer.write(line(error=refused.to_json()))
                await writer.drain()
                return
            # A defect of ours: say so to who asked, and go on.
            text = f"the daemon met a defect: {type(problem).__name__}: {problem}"
            writer.write(
                line(error=ShoalError(text, hint="Its log says more: daemon.log in the state folder.").to_json())
            )
            asyncio.get_running_loop().call_exception_handler({"message": text, "exception": problem})
        await writer.drain()

    def _verb(self, data: bytes) -> AsyncIterator[Any]:
        try:
            request = parse(data)
        except ValueError as problem:
            raise UsageError(f"the request can't be read: {problem}") from None
        if request.get("version") != __version__ and request.get("verb") not in ANY_VERSION:
            raise UsageError(f"this daemon is shoal {__version__}", hint="Run: shoal up")
        verb = self._verbs.get(str(request.get("verb")))
        if verb is None:
            raise UsageError(f"the daemon knows no verb {request.get('verb')}")
        return verb(request)


def _listen(folder: Path) -> socket.socket:
    """Bound through /proc, since the folder's own path may be longer than a socket's may be (107 bytes)."""
    (folder / SOCKET).unlink(missing_ok=True)
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(f"/proc/self/fd/{descriptor}/{SOCKET}")
    finally:
        os.close(descriptor)
    (folder / SOCKET).chmod(0o600)
    listener.listen(64)
    return listener


def _uid(writer: asyncio.StreamWriter) -> int:
    peer = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", peer)[1]
    return uid

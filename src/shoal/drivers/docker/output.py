"""What containers print, into the same files as on the other targets: the engine keeps it too, so nothing is lost while
no daemon of ours reads along."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.drivers.docker.connection import answered

if TYPE_CHECKING:
    from aiodocker import Docker
    from aiohttp import StreamReader

HEADER = 8
PAUSE = 0.5
"""Before it is tried again, when the engine went away."""


def mark_of(log: Path) -> Path:
    """Beside a log: the engine's time of the last piece that it holds."""
    return log.with_name(log.name + ".at")


def seconds(stamp: str) -> str:
    """`2026-01-02T03:04:05.000000006Z` as the engine takes it: seconds since the epoch, to the nanosecond."""
    whole, _, fraction = stamp.removesuffix("Z").partition(".")
    return f"{datetime.fromisoformat(whole + '+00:00').timestamp():.0f}.{fraction.ljust(9, '0')}"


async def follow(docker: Docker, container: str, log: Path) -> None:
    """Appends all that the container prints to `log`, from where it was left; returns when the container has ended and
    all of it is there. Goes on when the engine was away."""
    import aiodocker
    import aiohttp

    while True:
        try:
            await _copy(docker, container, log)
            # The end of what it says may be the engine's end.
            if not (await docker.containers.container(container).show())["State"]["Running"]:
                return
        except aiodocker.DockerError as problem:
            if problem.status in (404, 409):
                return
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError):
            pass
        await asyncio.sleep(PAUSE)


async def _copy(docker: Docker, container: str, log: Path) -> None:
    last = _last(log)
    params = {"follow": "1", "stdout": "1", "stderr": "1", "timestamps": "1"}
    if last:
        params["since"] = seconds(last)
    with log.open("ab", buffering=0) as file, mark_of(log).open("ab", buffering=0) as mark:
        async with answered(docker, f"containers/{container}/logs", params) as answer:
            async for stamp, piece in _pieces(answer.content):
                if stamp <= last:
                    continue
                file.write(piece)
                # In place: always as long, and never half there.
                mark.truncate(0)
                mark.write(stamp.encode())


async def _pieces(content: StreamReader) -> AsyncIterator[tuple[str, bytes]]:
    while True:
        try:
            header = await content.readexactly(HEADER)
        except asyncio.IncompleteReadError as end:
            if end.partial:
                raise
            return
        (size,) = struct.unpack(">I", header[4:])
        stamp, _, piece = (await content.readexactly(size)).partition(b" ")
        yield stamp.decode(), piece


def _last(log: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return mark_of(log).read_text()
    return ""

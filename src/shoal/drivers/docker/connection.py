"""The way to the engine: found as Docker's own client finds it, and what it refuses in our words."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.errors import DriverFailed, ShoalError, ToolMissing

if TYPE_CHECKING:
    from aiodocker import Docker
    from aiodocker.stream import Stream
    from aiohttp import ClientResponse

UNIX = "unix://"
UNREACHED = 900
"""What the client calls it when nobody answers."""

START = "start it (`systemctl start docker`), or name another one in DOCKER_HOST"


class EngineAway(DriverFailed):
    """Nobody answers there. What runs may go on."""


def connect(engine: str = "") -> Docker:
    """The one at this address; else by DOCKER_HOST, else by the context that DOCKER_CONTEXT or Docker's own settings
    name, else the usual socket. Raises `ToolMissing` when there is none of these."""
    try:
        import aiodocker
        import aiohttp
    except ImportError:
        how = "install it: pip install 'shoal[docker]' (in a checkout: scripts/setup)"
        raise ToolMissing("the target docker needs the package aiodocker", hint=how) from None
    try:
        docker = aiodocker.Docker(engine or None, timeout=aiohttp.ClientTimeout(sock_connect=5.0))
    except (AssertionError, ValueError) as problem:
        what = f"there is no Docker engine: {problem}" if str(problem) else "there is no Docker engine here"
        raise ToolMissing(f"{what}", hint=f"install one and {START}") from None
    except aiodocker.DockerContextError as problem:
        raise ToolMissing(f"the Docker context can't be used: {problem}", hint="see `docker context ls`") from None
    # Each instance's output is one open request.
    docker.connector._limit = 0
    return docker


def end_input(stream: Stream) -> None:
    """Nothing more is written: the other side sees its input end."""
    connection = stream._resp.connection if stream._resp is not None else None
    if connection is not None and connection.transport is not None and connection.transport.can_write_eof():
        connection.transport.write_eof()


def is_here(docker: Docker) -> bool:
    """Whether the engine is this machine's: it sees our files, and we reach its containers."""
    return str(docker._connection_info).startswith(UNIX)


def check_answers() -> str:
    """Which engine there is. Raises `ToolMissing` or `DriverFailed` unless there is one that can be used. Blocking."""

    async def ask() -> str:
        docker = connect()
        try:
            check_here(docker)
            with asking("nothing can run"):
                told = await docker.version()
            return f"{told['Version']}, API {told['ApiVersion']}, at {docker._connection_info}"
        finally:
            await docker.close()

    return asyncio.run(ask())


def check_here(docker: Docker) -> None:
    """Raises `DriverFailed` for an engine of another machine."""
    if not is_here(docker):
        what = f"the Docker engine at {docker._connection_info} is another machine's"
        hint = "shoal can only use one that is reached by a Unix socket: see docs/docker.md (How it runs)"
        raise DriverFailed(what, hint=hint)


@contextlib.asynccontextmanager
async def answered(docker: Docker, path: str, params: Mapping[str, str]) -> AsyncIterator[ClientResponse]:
    """An answer that may go on for as long as it likes; closed in the end."""
    forever = docker._resolve_long_running_timeout(None)
    async with docker._query(path, params=dict(params), timeout=forever) as answer:
        try:
            yield answer
        finally:
            answer.close()


@contextlib.contextmanager
def asking(what: str) -> Iterator[None]:
    """What the engine refuses in here is a `DriverFailed` that says `what` couldn't be done."""
    import aiodocker
    import aiohttp

    try:
        yield
    except aiodocker.DockerError as problem:
        raise refusal(what, problem.status, problem.message) from None
    except (aiohttp.ClientError, OSError, TimeoutError) as problem:
        raise EngineAway(f"{what}: the Docker engine doesn't answer: {problem}", hint=START) from None


def refusal(what: str, status: int, message: str) -> ShoalError:
    """The engine's word in ours."""
    said = message.strip().splitlines()[-1] if message.strip() else f"status {status}"
    if status != UNREACHED:
        return DriverFailed(f"{what}: {said}", hint=_way_out(said))
    if "Permission denied" in said or "Errno 13" in said:
        who = Path(f"/proc/{os.getpid()}/loginuid").parent.owner()
        hint = f"add {who} to the group docker (and log in again), or name another engine in DOCKER_HOST"
        return EngineAway(f"{what}: {who} may not talk to the Docker engine", hint=hint)
    return EngineAway(f"{what}: the Docker engine doesn't answer ({said})", hint=START)


def _way_out(said: str) -> str:
    if "no space left" in said:
        return "make room where the engine keeps its data (`docker system df` tells what takes it)"
    if "Conflict" in said and "name" in said:
        return "somebody else's container has that name: remove or rename it"
    return ""

"""The way to an engine for whoever only builds: found as Docker's own client finds it, its refusals in our words."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from shoal.build.image.base import UNREACHED
from shoal.errors import DriverFailed, ToolMissing

if TYPE_CHECKING:
    from aiodocker import Docker

START = "start it (`systemctl start docker`), or name another one in DOCKER_HOST"


@contextlib.asynccontextmanager
async def engine() -> AsyncIterator[Docker]:
    """Raises `ToolMissing` when there is none that answers."""
    try:
        import aiodocker
    except ImportError:
        how = "install it: pip install 'shoal[docker]' (in a checkout: scripts/setup)"
        raise ToolMissing("images need the package aiodocker", hint=how) from None
    try:
        docker = aiodocker.Docker()
    except (AssertionError, ValueError, aiodocker.DockerContextError) as problem:
        why = f": {problem}" if str(problem) else ""
        raise ToolMissing(f"images need a Docker engine, and there is none{why}", hint=START) from None
    try:
        with refusals():
            await docker.version()
        yield docker
    finally:
        await docker.close()


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """What the engine says no to in here is a `DriverFailed`; `ToolMissing` where it doesn't answer at all."""
    import aiodocker
    import aiohttp

    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as problem:
        raise DriverFailed(f"the Docker engine has stopped answering: {problem}", hint=START) from None
    except aiodocker.DockerError as problem:
        if problem.status == UNREACHED:
            raise ToolMissing(f"images need a Docker engine: {problem.message}", hint=START) from None
        raise DriverFailed(f"the Docker engine refuses: {problem.message.strip()}") from None

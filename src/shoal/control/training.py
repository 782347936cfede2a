"""Carries out a training run: brings up the small environment, asks the requests, ends it gently, clears it away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from shoal.control.loop import Loop
from shoal.control.probe import fetch
from shoal.control.progress import settled
from shoal.desired.training import Training
from shoal.drivers.driver import Driver
from shoal.errors import StartFailed
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance

REQUESTS = 100
READY_WITHIN = 300.0


async def practise(loop: Loop, driver: Driver, desired: Desired, training: Training) -> None:
    """Raises `StartFailed` when the service doesn't become ready. Leaves nothing running, however it ends."""
    running = asyncio.create_task(loop.run(), name=f"training {training.service}")
    try:
        loop.desired = desired
        loop.wake()
        if not await loop.until(lambda: settled(loop.standings()) and loop.at_rest, READY_WITHIN):
            raise StartFailed(f"{training.service} did not become ready in its training run")
        instance = next(i for i in loop.observed.of(training.service) if i.phase == "ready")
        await _ask(instance, training.requests)
        await driver.stop(instance.id, grace=training.train.grace)
    finally:
        await asyncio.shield(_clear(loop, driver, running))


async def clear(loop: Loop, driver: Driver) -> None:
    """End and forget what a training run left behind when its daemon was killed."""
    await _clear(loop, driver, asyncio.create_task(loop.run(), name="clear training"))


async def _clear(loop: Loop, driver: Driver, running: asyncio.Task[None]) -> None:
    try:
        loop.desired = Desired(app="")
        loop.wake()
        await loop.until(lambda: loop.at_rest and not any(i.alive for i in loop.observed.instances), 60)
        await driver.drop_data()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _ask(instance: Instance, paths: tuple[str, ...]) -> None:
    """The answers don't count; what the runtime loads to give them does."""
    endpoint = next(iter(instance.endpoints.values()), None)
    if endpoint is None:
        return
    for path in _round(paths or ("/",)):
        await _once(endpoint, path)


async def _once(endpoint: Endpoint, path: str) -> None:
    try:
        async with asyncio.timeout(10):
            await fetch(endpoint, path)
    except (OSError, TimeoutError):
        return


def _round(paths: tuple[str, ...]) -> Iterator[str]:
    for n in range(REQUESTS):
        yield paths[n % len(paths)]

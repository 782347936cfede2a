"""Carries out a training run: brings up the small environment, asks the requests, ends it gently, clears it away."""

from __future__ import annotations

import asyncio

from shoal.control.loop import Loop
from shoal.control.progress import settled
from shoal.control.warming import ask
from shoal.desired.training import Training
from shoal.drivers.driver import Driver
from shoal.errors import StartFailed
from shoal.model.desired import Desired

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
        await ask(instance, training.requests or ("/",), REQUESTS)
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

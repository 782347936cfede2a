"""Ends: asked for or not, they must be seen, and nothing may be left."""

from __future__ import annotations

import asyncio
import time

import pytest

from shoal.errors import DriverFailed
from shoal.model.app import Stop
from tests.conformance.drivers.bed import Bed, until


@pytest.mark.parametrize("code", [0, 3])
async def test_an_exit_code_is_reported_and_the_loop_is_woken(bed: Bed, code: int) -> None:
    started = await bed.driver.start(bed.exits("job", code, kind="job"), 0)
    ended = await bed.ended(started.id)
    assert (ended.phase, ended.exit) == ("exited", code)
    assert ended.ended >= ended.started
    assert ended.reason
    await until(lambda: bed.woken > 0)


async def test_a_program_that_ends_when_asked_to(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    before = time.monotonic()
    await bed.driver.stop(instance.id)
    assert time.monotonic() - before < 4
    ended = await bed.instance(instance.id)
    assert (ended.phase, ended.reason) == ("exited", "stopped")
    assert bed.left() == []


async def test_a_program_that_ignores_the_signal_is_killed_after_the_grace(bed: Bed) -> None:
    instance = await bed.driver.start(bed.stubborn("users", stop=Stop(grace=0.3)), 0)
    await until(lambda: "up" in bed.log(instance.id))
    before = time.monotonic()
    await bed.driver.stop(instance.id)
    assert 0.25 < time.monotonic() - before < 1.3
    ended = await bed.instance(instance.id)
    assert (ended.phase, ended.exit) == ("exited", -9)
    assert "killed" in ended.reason
    assert bed.left() == []


async def test_no_grace_kills_at_once(bed: Bed) -> None:
    instance = await bed.driver.start(bed.stubborn("users", stop=Stop(grace=30)), 0)
    await until(lambda: "up" in bed.log(instance.id))
    await bed.driver.stop(instance.id, grace=0)
    assert (await bed.instance(instance.id)).exit == -9


async def test_stopping_twice_is_fine(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    await asyncio.gather(bed.driver.stop(instance.id), bed.driver.stop(instance.id))
    await bed.driver.stop(instance.id)
    assert not (await bed.instance(instance.id)).alive


async def test_an_ended_instance_stays_until_it_is_forgotten(bed: Bed) -> None:
    instance = await bed.driver.start(bed.exits("job", 0), 0)
    await bed.ended(instance.id)
    await bed.reopen()
    assert (await bed.instance(instance.id)).exit == 0
    await bed.driver.forget(instance.id)
    assert await bed.driver.observe() == ()
    assert [log.instance for log in bed.driver.logs(["job"])] == [instance.id]
    await bed.reopen()
    assert await bed.driver.observe() == ()


async def test_a_running_instance_is_not_forgotten(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    with pytest.raises(DriverFailed, match="still runs"):
        await bed.driver.forget(instance.id)

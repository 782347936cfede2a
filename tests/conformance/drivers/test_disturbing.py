"""What is done to an instance on purpose: it must look like an accident, and be undone."""

from __future__ import annotations

import signal

import pytest

from shoal.errors import DriverFailed
from shoal.model.app import Stop
from shoal.model.limits import Limits
from tests.conformance.drivers.bed import Bed, until


async def test_one_that_is_killed_by_a_signal_has_crashed(bed: Bed) -> None:
    instance = await bed.driver.start(bed.stubborn("users", stop=Stop(grace=30)), 0)
    await until(lambda: "up" in bed.log(instance.id))
    await bed.driver.signal(instance.id, signal.SIGKILL)
    ended = await bed.ended(instance.id)
    assert ended.exit == -9
    assert not ended.reason.startswith(("stopped", "killed: "))  # nobody asked for it
    assert bed.left() == []


async def test_one_that_has_ended_gets_no_signal(bed: Bed) -> None:
    instance = await bed.driver.start(bed.exits("users", 0), 0)
    await bed.ended(instance.id)
    await bed.driver.signal(instance.id, signal.SIGKILL)
    assert (await bed.instance(instance.id)).exit == 0


async def test_a_disk_is_filled_and_emptied_where_it_is_limited(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users", limits=Limits(disk=1 << 20)), 0)
    await bed.driver.fill(instance.id, full=True)
    await bed.driver.fill(instance.id, full=False)
    await bed.driver.fill(instance.id, full=False)


async def test_a_disk_without_a_limit_is_not_filled(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    with pytest.raises(DriverFailed, match="no limit of its disk"):
        await bed.driver.fill(instance.id, full=True)

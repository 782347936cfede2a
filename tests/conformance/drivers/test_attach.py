"""A process that somebody else started must be seen as an instance for as long as it lives, and no longer."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from shoal.model.app import Port
from shoal.model.observed import Endpoint
from shoal.model.values import concat, own
from tests.conformance.drivers.bed import Bed

AT = {"http": Endpoint("127.0.0.1", 5005)}


@pytest.fixture
def stranger() -> Iterator[int]:
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process.pid
        process.kill()


async def test_it_is_seen_where_it_listens_and_told_what_a_workload_gets(bed: Bed, stranger: int) -> None:
    env = {"GREETING": concat("hello"), "PORT": own("port:http")}
    found = await bed.driver.attach(bed.workload("users", ports=(Port(),), env=env), stranger, AT)
    assert (found.env["GREETING"], found.env["PORT"]) == ("hello", "5005")
    (instance,) = await bed.driver.observe()
    assert (instance.attached, instance.pid, instance.endpoints, instance.phase) == (True, stranger, AT, "starting")


async def test_it_is_seen_by_the_next_driver_too(bed: Bed, stranger: int) -> None:
    await bed.driver.attach(bed.workload("users"), stranger, {})
    await bed.reopen()
    (instance,) = await bed.driver.observe()
    assert (instance.attached, instance.pid, instance.alive) == (True, stranger, True)


async def test_it_can_be_stopped_and_forgotten(bed: Bed, stranger: int) -> None:
    await bed.driver.attach(bed.workload("users"), stranger, {})
    (instance,) = await bed.driver.observe()
    await bed.driver.stop(instance.id)
    assert (await bed.instance(instance.id)).reason == "stopped"
    await bed.driver.forget(instance.id)
    assert await bed.driver.observe() == ()

"""A driver that goes away stops nothing; the next one must find everything as it was."""

from __future__ import annotations

import pytest

from shoal.errors import DriverFailed
from shoal.model.app import Port
from shoal.model.values import Ref, Value
from tests.conformance.drivers.bed import Bed


async def test_the_same_instances_are_adopted(bed: Bed) -> None:
    workload = bed.runs("users", ports=(Port(),), nonce="n")
    before = {i.id: i for i in [await bed.driver.start(workload, 0), await bed.driver.start(workload, 1, failures=2)]}
    await bed.reopen()
    assert {i.id: i for i in await bed.driver.observe()} == before


async def test_an_adopted_instance_is_stopped_like_any_other(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    await bed.reopen()
    await bed.driver.stop(instance.id)
    assert not (await bed.instance(instance.id)).alive
    assert bed.left() == []


async def test_an_exit_in_between_is_reported(bed: Bed) -> None:
    instance = await bed.driver.start(bed.exits("job", 4), 0)
    await bed.reopen()
    assert (await bed.ended(instance.id)).exit == 4


async def test_addresses_are_stable(bed: Bed) -> None:
    names = ["posts->users", "gateway", "users-db"]
    before = bed.driver.addresses(names)
    assert len({endpoint.port for endpoint in before.values()}) == 3
    await bed.reopen()
    assert bed.driver.addresses(reversed(names)) == before


async def test_stable_ports_are_the_workloads_address(bed: Bed) -> None:
    workload = bed.runs("users-db", kind="backing", ports=(Port("pg", "tcp"), Port("monitor")), stable_ports=True)
    first = await bed.driver.start(workload, 0)
    names = ("users-db", "users-db:pg", "users-db:monitor")
    before = bed.driver.addresses(names)
    assert before["users-db"] == before["users-db:pg"] != before["users-db:monitor"]
    await bed.driver.stop(first.id)
    await bed.reopen()
    second = await bed.driver.start(workload, 0)
    assert {name: at.port for name, at in second.endpoints.items()} == {
        name: at.port for name, at in first.endpoints.items()
    }
    assert bed.driver.addresses(names) == before


async def test_data_keeps_its_incarnation_until_it_is_dropped(bed: Bed) -> None:
    server = bed.runs("users-db", data="users-db", env={"D": Value((Ref("data", "users-db"),))})
    job = bed.runs("migrate", kind="job", once_per="users-db")
    assert bed.driver.data() == {}
    first = await bed.driver.start(server, 0)
    data = bed.driver.data()
    assert set(data) == {"users-db"} and data["users-db"]
    assert first.incarnation == ""
    assert (await bed.driver.start(job, 0)).incarnation == data["users-db"]
    await bed.reopen()
    assert bed.driver.data() == data
    with pytest.raises(DriverFailed, match="still runs"):
        await bed.driver.drop_data()
    for instance in await bed.driver.observe():
        await bed.driver.stop(instance.id)
    await bed.driver.drop_data()
    assert bed.driver.data() == {}
    assert await bed.driver.observe() == ()
    await bed.driver.start(server, 0)
    assert bed.driver.data()["users-db"] != data["users-db"]

"""What the fake does beyond every driver's duties: it fails on request, by a clock of the test's own."""

from __future__ import annotations

import pytest

from shoal.drivers.fake import Behaviour, FakeDriver, FakeReleases, Platform
from shoal.errors import DriverFailed, StartFailed
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Workload

USERS = Workload(name="users", kind="service", revision="r1")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def driver(clock: Clock) -> FakeDriver:
    return FakeDriver(clock=clock, sleep=clock.sleep)


async def test_a_program_ends_when_the_clock_says_so(driver: FakeDriver, clock: Clock) -> None:
    woken: list[float] = []
    await driver.open(lambda: woken.append(clock.now))
    driver.behave("users", Behaviour(exits_after=5.0, code=3))
    await driver.start(USERS, 0)
    clock.now += 4.9
    assert (await driver.observe())[0].alive
    clock.now += 0.1
    driver.settle()
    (ended,) = await driver.observe()
    assert (ended.exit, ended.ended, ended.reason) == (3, 1005.0, "exited with code 3")
    assert woken == [1005.0]


async def test_a_slot_can_behave_by_itself(driver: FakeDriver) -> None:
    driver.behave("users/1", Behaviour(fails="no"))
    await driver.start(USERS, 0)
    with pytest.raises(StartFailed, match="users: no"):
        await driver.start(USERS, 1)


async def test_readiness_follows_the_clock(driver: FakeDriver, clock: Clock) -> None:
    driver.behave("users", Behaviour(ready_after=2.0))
    driver.behave("never", Behaviour(ready_after=None))
    slow = await driver.start(USERS, 0)
    never = await driver.start(Workload(name="never", kind="service"), 0)
    assert not driver.ready(slow.id)
    clock.now += 2.0
    assert driver.ready(slow.id) and not driver.ready(never.id)


async def test_a_slow_stop_takes_its_time_and_no_more_than_the_grace(driver: FakeDriver, clock: Clock) -> None:
    driver.behave("users", Behaviour(stops_after=3.0))
    first, second = await driver.start(USERS, 0), await driver.start(USERS, 1)
    await driver.stop(first.id)
    await driver.stop(second.id, grace=1.0)
    assert clock.slept == [3.0, 1.0]
    assert [instance.exit for instance in await driver.observe()] == [0, -9]


async def test_a_refused_snapshot(driver: FakeDriver) -> None:
    driver.platform.refuse = "bad cluster"
    with pytest.raises(DriverFailed) as refused:
        await driver.publish(Snapshot("v1", {}))
    assert refused.value.hint == "bad cluster"
    driver.platform.refuse = ""
    await driver.publish(Snapshot("v2", {}))
    assert [snapshot.version for snapshot in driver.platform.snapshots] == ["v2"]
    assert driver.platform.calls == ["publish v1", "publish v2"]


async def test_a_crash_on_request(driver: FakeDriver) -> None:
    instance = await driver.start(USERS, 0)
    driver.crash(instance.id, 139)
    assert (await driver.observe())[0].exit == 139


def test_releases_outlive_a_driver() -> None:
    platform = Platform()
    FakeReleases(platform).save(b"x")
    assert FakeReleases(platform).load() == b"x"

"""An environment: what is wanted of it, kept by the release store, and the ways to want something else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shoal.control.environment import Environment
from shoal.control.releases import KEPT
from shoal.control.steering import Steering
from shoal.control.wishes import restarted, scaled, started, stopped
from shoal.desired import Inputs
from shoal.drivers.fake import Behaviour, FakeDriver, FakeReleases
from shoal.errors import MissingFile, NotRunning, UsageError
from shoal.model.app import App, Need, Probes, Secret, Service
from shoal.model.desired import Desired
from shoal.model.release import Watch
from shoal.model.values import concat, secret
from shoal.stacks import Source
from tests.unit.control.fakes import Bench, ended

WATCH = Watch("/shop/shoal.yaml")
API = Service("api", path="api", command=(concat("run"),))
WEB = Service("web", path="web", command=(concat("run"),), needs=(Need("api"),))


def shop(*services: Service, **rest: Any) -> App:
    return App("shop", "/shop", services=services or (API, WEB), **rest)


def service(name: str, **fields: Any) -> Service:
    return Service(name, path=name, command=(concat("run"),), **fields)


def unprobed(desired: Desired) -> Desired:
    """The fake driver's programs listen nowhere: ready is what has been started."""
    workloads = tuple(msgspec.structs.replace(w, probes=Probes()) for w in desired.workloads)
    return msgspec.structs.replace(desired, workloads=workloads)


class House(Bench):
    """An environment over the fake driver; its loop runs."""

    def __init__(self, journal: Path, driver: FakeDriver | None = None) -> None:
        super().__init__(journal, driver)
        self.gathered = 0
        self.digests: dict[str, str] = {}
        self.unreadable = False
        store = FakeReleases(self.driver.platform)
        self.env = Environment(self.loop, self.driver, store, gather=self.gather, attach=unprobed)

    def gather(self, app: App) -> Inputs:
        self.gathered += 1
        if self.unreadable:
            raise MissingFile("there is no folder")
        seen = self.digests
        return Inputs(
            {s.path: Source(f"/shop/{s.path}", digest="d1", tracked=seen.get(s.path, "t1")) for s in app.services}
        )

    async def up(self, app: App, *only: str, **secrets: str) -> None:
        await self.env.apply(app, only, secrets)
        await self.rest()

    async def rest(self) -> None:
        await self.until(self.env.settled)

    def alive(self) -> dict[str, int]:
        found = [i.workload for i in self.loop.observed.instances if i.alive]
        return {name: found.count(name) for name in sorted(set(found))}

    async def heir(self, journal: Path) -> House:
        """Another daemon in the place of this one: what runs goes on."""
        return House(journal, FakeDriver(self.driver.platform))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "events.jsonl")
    async with house.running():
        yield house
    house.journal.close()


async def test_what_is_applied_comes_to_run(house: House) -> None:
    await house.up(shop())
    assert house.alive() == {"api": 1, "web": 1}
    assert house.env.running().wanted.number == 1


async def test_the_same_once_more_touches_nothing_and_is_no_other_release(house: House) -> None:
    await house.up(shop())
    calls = list(house.calls)
    await house.up(shop())
    assert house.calls == calls
    assert house.env.running().wanted.number == 1


async def test_only_some_services_and_what_they_need(house: House) -> None:
    app = shop(API, WEB, service("other"))
    await house.up(app, "web")
    assert house.alive() == {"api": 1, "web": 1}
    await house.up(app, "other")
    assert house.alive() == {"api": 1, "other": 1, "web": 1}


async def test_a_whole_up_wants_everything_again(house: House) -> None:
    app = shop(API, WEB, service("other"))
    await house.up(app, "api")
    house.env.override(stopped(["api"]))
    await house.rest()
    await house.up(app)
    assert house.alive() == {"api": 1, "other": 1, "web": 1}


async def test_a_name_that_is_no_service_changes_nothing(house: House) -> None:
    with pytest.raises(UsageError, match="wbe"):
        await house.up(shop(), "wbe")
    assert house.env.release is None and house.calls == []


async def test_a_file_that_cannot_be_understood_changes_nothing(house: House) -> None:
    await house.up(shop())
    calls, stored = list(house.calls), house.driver.platform.release
    house.unreadable = True
    with pytest.raises(MissingFile):
        await house.up(shop(API))
    assert (house.calls, house.driver.platform.release) == (calls, stored)
    assert house.env.running().wanted.number == 1


async def test_scale_lasts_until_the_file_changes_that_number(house: House) -> None:
    await house.up(shop())
    house.env.override(scaled("api", 3))
    await house.rest()
    assert house.alive()["api"] == 3
    await house.up(shop(API, service("web", environment={"X": concat("1")})))
    assert house.alive()["api"] == 3
    await house.up(shop(service("api", replicas=2), WEB))
    assert house.alive()["api"] == 2


async def test_a_stopped_service_stays_stopped_until_it_is_started(house: House) -> None:
    await house.up(shop())
    house.env.override(stopped(["api"]))
    await house.rest()
    assert house.alive() == {"web": 1}
    house.env.override(started(["api"]))
    await house.rest()
    assert house.alive() == {"api": 1, "web": 1}


async def test_a_restart_replaces_the_instances_of_one_service(house: House) -> None:
    await house.up(shop())
    before = {i.workload: i.id for i in house.loop.observed.instances}
    house.env.override(restarted(["api"]))
    await house.rest()
    after = {i.workload: i.id for i in house.loop.observed.instances if i.alive}
    assert after["api"] != before["api"] and after["web"] == before["web"]


async def test_down_stops_everything_and_is_remembered(house: House) -> None:
    await house.up(shop())
    async with asyncio.timeout(5):
        await house.env.down()
    assert house.alive() == {}
    with pytest.raises(NotRunning):
        house.env.override(scaled("api", 3))
    await house.up(shop())
    assert house.alive() == {"api": 1, "web": 1}


async def test_down_of_what_never_ran(house: House) -> None:
    async with asyncio.timeout(5):
        await house.env.down()
    with pytest.raises(NotRunning, match="not running"):
        house.env.running()


async def test_up_again_tries_failed_builds_and_failed_jobs_again(house: House) -> None:
    house.driver.behave("seed", Behaviour(exits_after=0.0, code=1))
    app = shop(service("seed", kind="job"))
    await house.env.apply(app, (), {})
    await house.until(lambda: [s.state for s in house.env.standings()] == ["failed"])
    house.driver.behave("seed", Behaviour(exits_after=0.0))
    await house.up(app)
    assert house.calls.count("start seed/0") == 2


async def test_a_changed_secret_replaces_who_uses_it(house: House) -> None:
    api = service("api", environment={"KEY": secret("key")})
    app = shop(api, service("web"), secrets=(Secret("key", env="KEY"),))
    await house.up(app, key="one")
    before = {i.workload: i.id for i in house.loop.observed.instances}
    await house.up(app, key="one")
    assert {i.workload: i.id for i in house.loop.observed.instances} == before
    await house.up(app, key="two")
    after = {i.workload: i.id for i in house.loop.observed.instances if i.alive}
    assert after["api"] != before["api"] and after["web"] == before["web"]


async def test_the_store_holds_no_secrets(house: House) -> None:
    await house.up(shop(secrets=(Secret("key", env="KEY"),)), key="s3cr3t-value")
    assert b"s3cr3t-value" not in (house.driver.platform.release or b"")


def keyed(**rest: Any) -> App:
    api = service("api", environment={"KEY": secret("key")})
    return shop(api, service("web"), secrets=(Secret("key", env="KEY"),), **rest)


async def test_a_rotated_secret_replaces_who_uses_it_until_its_source_changes(house: House) -> None:
    await house.up(keyed(), key="one")
    before = {i.workload: i.id for i in house.loop.observed.instances}
    house.env.rotate("key", "two")
    await house.rest()
    after = {i.workload: i.id for i in house.loop.observed.instances if i.alive}
    assert after["api"] != before["api"] and after["web"] == before["web"]
    assert house.env.running().wanted.cause == "key rotated"
    await house.up(keyed(), key="one")
    assert {i.workload: i.id for i in house.loop.observed.instances if i.alive} == after
    assert house.env.running().wanted.overrides.rotated
    await house.up(keyed(), key="three")
    assert not house.env.running().wanted.overrides.rotated
    with pytest.raises(UsageError, match="has this value already"):
        house.env.rotate("key", "three")


async def test_values_are_kept_as_long_as_a_release_names_them(house: House) -> None:
    await house.up(keyed(), key="0")
    for number in range(1, 2 * KEPT):
        house.env.rotate("key", str(number))
        await house.rest()
    kept = {value for name, value in house.driver.platform.secrets.items() if name.startswith("key=")}
    named = house.env.releases.secrets()["key"]
    assert kept == {str(number) for number in range(2 * KEPT) if house.driver.secret_digest(str(number)) in named}
    assert "0" not in kept and str(2 * KEPT - 1) in kept


async def test_who_was_rolled_back_keeps_a_secret_from_being_rotated(house: House) -> None:
    await house.up(keyed(), key="one")
    await house.up(keyed(), key="two")
    Steering(house.env).roll_back(house.env.rollouts.again_of("api", 1))
    await house.rest()
    with pytest.raises(UsageError, match="api was rolled back, with the value that key had then"):
        house.env.rotate("key", "three")


async def test_a_plan_of_another_app_is_no_wish(house: House) -> None:
    await house.up(shop())
    _, desired = await house.env.compile(shop(API), {})
    assert [w.name for w in desired.workloads] == ["api"]
    assert house.alive() == {"api": 1, "web": 1}
    assert house.env.running().wanted.number == 1


async def test_a_daemon_that_comes_back_wants_the_same_without_reading_the_file(tmp_path: Path) -> None:
    first = House(tmp_path / "one.jsonl")
    task = asyncio.create_task(first.loop.run())
    await first.up(shop())
    first.env.override(scaled("api", 2))
    await first.rest()
    await ended(task)
    calls = len(first.calls)
    second = await first.heir(tmp_path / "two.jsonl")
    second.unreadable = True
    second.env.restore()
    async with second.running():
        await second.rest()
        assert second.alive() == {"api": 2, "web": 1}
        assert second.env.running().wanted.overrides.replicas == {"api": 2}
    first.journal.close()
    second.journal.close()
    assert len(second.calls) == calls


async def test_a_daemon_that_comes_back_after_down_wants_nothing(tmp_path: Path) -> None:
    first = House(tmp_path / "one.jsonl")
    async with first.running():
        await first.up(shop())
        await first.env.down()
    second = await first.heir(tmp_path / "two.jsonl")
    second.env.restore()
    assert second.loop.desired.workloads == ()
    with pytest.raises(NotRunning):
        second.env.running()
    first.journal.close()
    second.journal.close()


async def test_an_edit_of_what_runs_where_it_lies_replaces_it_and_nothing_else(house: House) -> None:
    await house.up(shop())
    before = {i.id for i in house.loop.observed.instances}
    house.digests["api"] = "t2"
    await house.env.renew(shop(), {})
    await house.rest()
    assert house.alive() == {"api": 1, "web": 1}
    assert {i.workload for i in house.loop.observed.instances if i.alive and i.id in before} == {"web"}


async def test_renewing_keeps_what_people_asked_for(house: House) -> None:
    app = shop(API, WEB, service("other"))
    await house.env.apply(app, (), {}, ["other"], WATCH)
    house.env.override(scaled("api", 2))
    house.env.override(stopped(["web"]))
    await house.env.renew(shop(API, WEB, service("other", environment={"X": concat("1")})), {})
    await house.rest()
    assert house.alive() == {"api": 2}
    assert house.env.running().wanted.watch == WATCH


async def test_renewing_with_nothing_new_is_no_release(house: House) -> None:
    await house.up(shop())
    calls = list(house.calls)
    await house.env.renew(shop(), {})
    assert (house.env.running().wanted.number, house.calls) == (1, calls)


async def test_nothing_is_warmed_up_for_an_edit(house: House) -> None:
    def warmed() -> dict[str, tuple[str, ...]]:
        return {workload.name: workload.warmup for workload in house.loop.desired.workloads}

    warm = service("api", warmup=("/",))
    await house.up(shop(warm))
    assert warmed() == {"api": ("/",)}
    await house.env.apply(shop(warm), (), {}, (), WATCH)
    assert warmed() == {"api": ()}
    house.digests["api"] = "t2"
    await house.env.renew(shop(warm), {})
    assert warmed() == {"api": ()}
    await house.up(shop(warm))
    assert warmed() == {"api": ("/",)}


async def test_a_plain_up_watches_no_more(house: House) -> None:
    await house.env.apply(shop(), (), {}, (), WATCH)
    await house.up(shop())
    assert house.env.running().wanted.watch is None


async def test_who_wants_something_else_meanwhile_is_followed(house: House) -> None:
    await house.up(shop())
    house.digests["api"] = "t2"
    renewing = asyncio.create_task(house.env.renew(shop(), {}))
    await asyncio.sleep(0)
    house.env.override(scaled("api", 2))
    assert not await renewing, "it has to be read again"
    await house.rest()
    assert house.alive() == {"api": 2, "web": 1}
    assert house.env.running().wanted.number == 1


async def test_an_edit_isnt_lost_because_the_release_before_it_just_came_to_run_whole(house: House) -> None:
    await house.up(shop())
    house.digests["api"] = "t2"
    renewing = asyncio.create_task(house.env.renew(shop(), {}))
    await asyncio.sleep(0)
    house.env.want(house.env.rollouts.done())
    assert await renewing
    assert (house.env.running().wanted.number, house.env.running().wanted.stable) == (2, 1)

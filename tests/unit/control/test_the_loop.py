"""The loop: it looks, decides and acts, one lap at a time, and waits in between."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from shoal.control.progress import settled
from shoal.drivers.fake import Behaviour, FakeDriver
from shoal.errors import BuildFailed
from shoal.model.app import Restart
from shoal.model.desired import Desired
from shoal.model.workload import Artifact
from tests.unit.control.fakes import Bench, ended
from tests.unit.control.world import database, job, service, wanted

MESH = service("mesh", kind="mesh")
API = service("api", restart=Restart(backoff=0.02, longest=0.04))


async def test_one_lap_starts_and_the_next_finds_it_ready(bench: Bench) -> None:
    bench.loop.desired = wanted(API)
    assert await bench.lap() == "start api/0: wanted, and not there"
    assert await bench.lap() == "nothing to do"
    assert await bench.lap() == "nothing to do"
    assert bench.phases() == {"api-0-1": "ready"}
    assert bench.kinds() == ["started api-0-1", "ready api-0-1"]


async def test_a_crash_is_healed_after_its_back_off(bench: Bench) -> None:
    bench.loop.desired = wanted(API)
    await bench.laps()
    bench.driver.crash("api-0-1", 137)
    plan = await bench.loop.lap()
    assert str(plan) == "start api/0: api-0-1: exited with code 137  [after back-off of 0.02 s]"
    assert plan.wake == pytest.approx(time.time() + 0.02, abs=0.02)
    await asyncio.sleep(0.03)
    assert await bench.lap() == "start api/0: api-0-1: exited with code 137"
    await bench.laps()
    assert bench.phases() == {"api-0-2": "ready"}
    assert "exited api-0-1" in bench.kinds()


async def test_the_loop_wakes_by_itself_when_a_back_off_is_over(bench: Bench) -> None:
    bench.loop.desired = wanted(API)
    async with bench.running():
        await bench.until(lambda: bench.phases() == {"api-0-1": "ready"})
        bench.driver.crash("api-0-1")
        await bench.until(lambda: bench.phases().get("api-0-2") == "ready")


async def test_the_mesh_is_told_only_of_changes(bench: Bench) -> None:
    bench.loop.desired = wanted(MESH, service("api", replicas=2))
    await bench.laps()
    before = [call for call in bench.calls if call.startswith("publish")]
    assert before[-1] == "publish api-0-2 api-1-3"
    for _ in range(3):
        await bench.lap()
    assert [call for call in bench.calls if call.startswith("publish")] == before
    bench.driver.crash("api-0-2")
    await bench.lap()
    assert bench.calls[-1] == "publish api-1-3"


async def test_another_mesh_instance_is_told_anew(bench: Bench) -> None:
    bench.loop.desired = wanted(msgspec.structs.replace(MESH, restart=Restart(backoff=0.0)), service("api"))
    await bench.laps()
    bench.driver.crash("mesh-0-1")
    bench.calls.clear()
    await bench.laps()
    assert bench.calls == ["start mesh/0", "publish api-0-2", "forget mesh-0-1"]


async def test_a_refused_configuration_is_tried_again_and_said(bench: Bench) -> None:
    bench.driver.platform.refuse = "bad cluster"
    bench.loop.desired = wanted(MESH, service("api"))
    await bench.lap()
    await bench.lap()
    assert "bad cluster" in bench.loop.executor.mesh_problem
    assert "refused publish mesh" in bench.kinds()
    bench.driver.platform.refuse = ""
    await bench.laps()
    assert bench.loop.executor.mesh_problem == ""


async def test_a_daemon_that_comes_back_adopts_what_runs(bench: Bench, tmp_path: Path) -> None:
    bench.loop.desired = wanted(MESH, database("db"), service("api", after=("db",), replicas=2))
    await bench.laps()
    calls = list(bench.calls)
    heir = Bench(tmp_path / "heir.jsonl", FakeDriver(bench.driver.platform))
    heir.loop.desired = bench.loop.desired
    async with heir.running():
        await heir.until(lambda: settled(heir.loop.standings()) and heir.loop.at_rest)
    heir.journal.close()
    assert [call for call in bench.calls[len(calls) :] if not call.startswith("publish")] == []


async def test_a_failed_job_holds_back_what_waits_for_it_and_is_not_tried_again(bench: Bench) -> None:
    bench.driver.behave("migrate", Behaviour(exits_after=0.0, code=3))
    bench.loop.desired = wanted(job("migrate"), service("api", after=("migrate:done",)))
    await bench.lap()
    for _ in range(3):
        assert await bench.lap() == "start api/0: wanted, and not there  [after migrate done]"
    assert bench.calls == ["start migrate/0"]
    states = {s.workload: (s.state, s.error) for s in bench.loop.standings()}
    assert states == {"migrate": ("failed", "JobFailed"), "api": ("waiting", "")}
    assert "failed migrate-0-1" in bench.kinds()


async def test_a_job_that_ends_well_lets_the_others_begin(bench: Bench) -> None:
    bench.driver.behave("migrate", Behaviour(exits_after=0.0))
    bench.loop.desired = wanted(job("migrate"), service("api", after=("migrate:done",)))
    await bench.laps()
    assert bench.calls == ["start migrate/0", "start api/0"]
    assert bench.kinds()[0] == "done migrate-0-1"


async def test_a_program_that_is_missing_fails_at_once_and_names_the_error(bench: Bench) -> None:
    bench.driver.behave("api", Behaviour(missing=True))
    bench.loop.desired = wanted(API)
    await bench.lap()
    await bench.lap()
    (standing,) = bench.loop.standings()
    assert (standing.state, standing.error) == ("failed", "ToolMissing")
    bench.driver.behave("api", Behaviour())
    await asyncio.sleep(0.05)
    await bench.laps()
    assert {i.phase for i in bench.loop.observed.instances} == {"ready"}


async def test_a_failed_build_fails_its_service_and_leaves_the_others_alone(bench: Bench) -> None:
    bench.builds.broken["k1"] = BuildFailed("no compiler")
    bench.loop.desired = wanted(
        service("web", artifact="k1"), service("api"), artifacts=(Artifact("k1", "web", "/web"),)
    )
    for _ in range(3):
        await bench.lap()
    states = {s.workload: (s.state, s.error, s.why) for s in bench.loop.standings()}
    assert states == {"web": ("failed", "BuildFailed", "no compiler"), "api": ("ready", "", "")}
    assert bench.builds.begun == ["k1"]


async def test_a_service_starts_when_its_build_is_done(bench: Bench) -> None:
    bench.loop.desired = wanted(service("web", artifact="k1"), artifacts=(Artifact("k1", "web", "/web"),))
    assert (await bench.lap()).splitlines() == [
        "build web: web is new or changed",
        "start web/0: wanted, and not there  [after build web]",
    ]
    await bench.laps()
    assert bench.calls == ["start web/0"]


async def test_what_is_wanted_no_more_goes(bench: Bench) -> None:
    bench.loop.desired = wanted(database("db"), service("api", after=("db",)))
    await bench.laps()
    bench.loop.desired = Desired(app="shop")
    bench.calls.clear()
    await bench.laps()
    assert bench.calls[:2] == ["stop api-0-2", "stop db-0-1"]
    assert bench.loop.observed.instances == ()


async def test_a_plan_for_something_else_changes_nothing(bench: Bench) -> None:
    bench.loop.desired = wanted(API)
    await bench.laps()
    calls = list(bench.calls)
    plan, _ = bench.loop.plan_for(Desired(app="shop"))
    assert str(plan) == "stop api-0-1: api is no longer wanted"
    assert bench.calls == calls
    assert await bench.lap() == "nothing to do"


async def test_waiting_for_what_never_comes_ends_at_its_deadline(bench: Bench) -> None:
    async with bench.running():
        assert await bench.loop.until(lambda: False, 0.01) is False
        assert await bench.loop.until(lambda: True) is True


async def test_at_rest_is_false_until_a_new_wish_was_looked_at(bench: Bench) -> None:
    bench.loop.desired = wanted(API)
    await bench.laps()
    bench.loop._woken.clear()
    assert bench.loop.at_rest
    bench.loop.wake()
    assert not bench.loop.at_rest


async def test_the_loop_ends_when_it_is_cancelled_at_the_very_moment_it_is_woken(bench: Bench) -> None:
    for _ in range(20):
        task = asyncio.create_task(bench.loop.run())
        await asyncio.sleep(0.001)
        bench.loop.wake()
        await asyncio.sleep(0)
        await ended(task)
        assert task.cancelled()


async def test_a_lap_that_began_before_says_nothing_of_what_is_wanted_now(bench: Bench) -> None:
    bench.loop.desired = wanted(API)
    assert not bench.loop.current
    lap = asyncio.create_task(bench.loop.lap())
    await asyncio.sleep(0)
    bench.loop.desired = wanted(API)  # the same once more: asked again
    await lap
    assert not bench.loop.current
    await bench.lap()
    assert bench.loop.current

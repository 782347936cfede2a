"""Operations are carried out, each once at a time; what fails is kept for the next decision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shoal.control.execute import Executor
from shoal.drivers.fake import Behaviour, FakeDriver
from shoal.errors import BuildFailed, ShoalError, ToolMissing
from shoal.model.plan import Build, Forget, Publish, Start, Stop
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Artifact
from tests.unit.control.world import service, wanted

API = service("api", artifact="k1")
SHOP = wanted(API, artifacts=(Artifact("k1", "api", "/api"),))
BUILD = Build(id="build api", cause="new", artifact="k1")
START = Start(id="start api/0", cause="wanted", workload="api", revision="r1", index=0)


class Site:
    """An executor, the doings it reported, and a build that can be held up."""

    def __init__(self) -> None:
        self.driver = FakeDriver()
        self.wakes = 0
        self.reports: list[str] = []
        self.builds = 0
        self.problem: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.executor = Executor(self.driver, self.build, self.wake, self.report)

    def wake(self) -> None:
        self.wakes += 1

    def report(self, kind: str, subject: str, text: str) -> None:
        self.reports.append(f"{kind} {subject}: {text}")

    async def build(self, artifact: Artifact) -> None:
        self.builds += 1
        await self.gate.wait()
        if self.problem:
            raise self.problem

    async def quiet(self) -> None:
        async with asyncio.timeout(5):
            while self.executor.busy:
                await asyncio.sleep(0.001)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    yield site
    await site.executor.cancel()


async def test_the_same_operation_is_never_under_way_twice(site: Site) -> None:
    site.gate.clear()
    for _ in range(3):
        site.executor.submit([BUILD], SHOP, None)
        await asyncio.sleep(0)
    assert site.executor.busy and site.executor.busy_with("build") and not site.executor.busy_with("start")
    site.gate.set()
    await site.quiet()
    assert site.builds == 1
    assert site.wakes == 1
    site.executor.submit([BUILD], SHOP, None)
    await site.quiet()
    assert site.builds == 2


async def test_different_operations_go_on_side_by_side(site: Site) -> None:
    site.gate.clear()
    site.executor.submit([BUILD, START], SHOP, None)
    while site.executor.busy_with("start"):
        await asyncio.sleep(0)
    assert site.executor.busy_with("build")
    assert site.driver.platform.calls == ["start api/0"]


@pytest.mark.parametrize(
    ("problem", "kind"), [(BuildFailed("no compiler"), "build failed"), (ToolMissing("no mvn"), "refused")]
)
async def test_a_failing_build_is_remembered_until_somebody_asks_again(
    site: Site, problem: ShoalError, kind: str
) -> None:
    site.problem = problem
    site.executor.submit([BUILD], SHOP, None)
    await site.quiet()
    assert site.executor.broken_builds == {"k1": f"{problem.kind()}: {problem}"}
    assert site.reports == ["building api: new", f"{kind} api: {problem}"]
    site.executor.retry()
    assert site.executor.broken_builds == {}


async def test_a_build_that_ends_well_says_how_long_it_took(site: Site) -> None:
    site.executor.submit([BUILD], SHOP, None)
    await site.quiet()
    assert site.reports == ["building api: new", "built api: in 0.0 s"]


async def test_a_refused_start_is_kept_as_an_end(site: Site) -> None:
    site.driver.behave("api", Behaviour(fails="not today"))
    site.executor.submit([START], SHOP, None)
    await site.quiet()
    (refused,) = site.executor.refusals.with_these(())
    assert (refused.workload, refused.phase, refused.exit) == ("api", "exited", 127)
    assert refused.reason == "StartFailed: api: not today"
    assert site.reports == ["refused api: api: not today"]


async def test_a_refusal_is_forgotten_without_asking_the_platform(site: Site) -> None:
    site.driver.behave("api", Behaviour(fails="not today"))
    site.executor.submit([START], SHOP, None)
    await site.quiet()
    (refused,) = site.executor.refusals.with_these(())
    site.executor.submit([Forget(id="forget", cause="", instance=refused.id)], SHOP, None)
    await site.quiet()
    assert site.executor.refusals.with_these(()) == ()
    assert "forget" not in " ".join(site.driver.platform.calls)


async def test_what_the_platform_refuses_is_told_and_nothing_breaks(site: Site) -> None:
    site.executor.submit([Stop(id="stop x", cause="away", instance="x")], SHOP, None)
    await site.quiet()
    assert site.reports == ["stopping x: away", "refused stop x: there is no instance x"]
    assert site.wakes == 1


async def test_a_defect_counts_as_a_broken_build_and_is_told(site: Site) -> None:
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["message"]))
    site.problem = TypeError("of ours")
    site.executor.submit([BUILD], SHOP, None)
    await site.quiet()
    assert told == ["a defect of shoal: TypeError: of ours"]
    assert "a defect of shoal: TypeError: of ours" in site.executor.broken_builds[BUILD.artifact]


async def test_what_is_under_way_can_be_cancelled_by_kind(site: Site) -> None:
    site.gate.clear()
    site.driver.behave("api", Behaviour(stops_after=60.0))
    instance = await site.driver.start(API, 0)
    site.executor.submit([BUILD, Stop(id=f"stop {instance.id}", cause="", instance=instance.id)], SHOP, None)
    await asyncio.sleep(0)
    await site.executor.cancel("build")
    assert not site.executor.busy_with("build") and site.executor.busy_with("stop")
    assert site.executor.broken_builds == {}
    await site.executor.cancel()
    assert not site.executor.busy


async def test_the_mesh_is_known_by_what_it_accepted(site: Site) -> None:
    publish = Publish(id="publish mesh", cause="", version="v1")
    snapshot = Snapshot("v1", {}, frozenset({"api-0"}))
    site.executor.mesh_is("mesh-0")
    site.executor.submit([publish], SHOP, snapshot)
    await site.quiet()
    assert (site.executor.mesh_version, site.executor.published) == ("v1", frozenset({"api-0"}))
    site.executor.mesh_is("mesh-0")
    assert site.executor.mesh_version == "v1"
    site.executor.mesh_is("mesh-1")
    assert (site.executor.mesh_version, site.executor.published) == ("", frozenset())


async def test_a_mesh_that_refuses_keeps_what_it_had(site: Site) -> None:
    site.executor.submit([Publish(id="publish mesh", cause="", version="v1")], SHOP, Snapshot("v1", {}))
    await site.quiet()
    site.driver.platform.refuse = "no such cluster"
    site.executor.submit([Publish(id="publish mesh", cause="", version="v2")], SHOP, Snapshot("v2", {}))
    await site.quiet()
    assert site.executor.mesh_version == "v1"
    assert "v2" in site.executor.mesh_problem
    site.executor.retry()
    assert site.executor.mesh_problem == ""


async def test_a_build_that_nobody_wants_any_more_is_ended_and_its_successor_begins(site: Site) -> None:
    site.gate.clear()
    site.executor.submit([BUILD], SHOP, None)
    await asyncio.sleep(0)
    site.executor.abandon({"k1"})
    assert site.executor.busy
    site.executor.abandon({"k2"})
    await site.quiet()
    assert site.executor.broken_builds == {}
    site.executor.submit([BUILD], SHOP, None)
    site.executor.abandon(())  # before it has begun
    await site.quiet()
    assert site.builds == 1

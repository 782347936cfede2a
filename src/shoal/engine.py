"""The composition root: the only module that imports everything. It reads as a list of wirings.

Run as `python -m shoal.engine STATE`, it is the daemon of one app, environment and target.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shoal import mesh
from shoal.api.developing import Developing
from shoal.api.disturbing import Disturbing
from shoal.api.errands import Errands
from shoal.api.inspecting import Inspecting
from shoal.api.rolling import Rolling
from shoal.api.secrets import Secrets
from shoal.api.server import Server
from shoal.api.verbs import Verbs
from shoal.backing import engine_of
from shoal.build.cache import cache_folder
from shoal.build.copies import read_copies
from shoal.build.engines import program
from shoal.build.on_path import on_path
from shoal.build.recompile import Recompiler
from shoal.build.runner import build
from shoal.build.source import portion, read_source
from shoal.build.store import artifact_folder, is_built, log_file
from shoal.build.toolchains import on_this_machine
from shoal.certificates import check
from shoal.certifier import Certifier
from shoal.control.chaos import Chaos
from shoal.control.doors import doors
from shoal.control.environment import Environment
from shoal.control.journal import Journal
from shoal.control.loop import Loop
from shoal.control.reconcile import reconcile
from shoal.control.steering import Steering
from shoal.desired import Inputs, compile, folders, portion_key
from shoal.desired.builds import programs, tools
from shoal.desired.revision import revised
from shoal.drivers.process import at_rest, daemon
from shoal.drivers.process.driver import ProcessDriver
from shoal.drivers.process.keeper import descriptors
from shoal.drivers.process.keepership import Daemon
from shoal.drivers.process.launch import end_keeper
from shoal.drivers.process.releases import FileReleases
from shoal.errors import DriverFailed, MissingFile, ShoalError, StateDamaged, ToolMissing, at, of_system
from shoal.imager import Imager
from shoal.model.app import App, Service
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Observed
from shoal.model.plan import Plan
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Artifact
from shoal.recompiling import Recompiling
from shoal.stacks import Source
from shoal.trainer import Trainer
from shoal.watcher import Watcher

log = logging.getLogger("shoal")

if TYPE_CHECKING:
    from shoal.drivers.docker.driver import DockerDriver

    AnyDriver = ProcessDriver | DockerDriver

# Maven and npm on two cores: more at once only makes each of them slower.
BUILDS_AT_ONCE = 2
LOGS_EVERY = 1.0
AGAIN = 1.0
DISKS_EVERY = 3.0


def gather(app: App) -> Inputs:
    """Everything that compile needs from the app's folder. Raises `MissingFile`, and what certificates lack."""
    check(app)
    folder = Path(app.folder)
    places = {s.path: app.places.get(f"{s.section}.{s.name}") for s in app.services}
    sources = {}
    for key, part in folders(app).items():
        with at(places.get(part.path)):
            sources[key] = read_source(folder / part.path, part.ignore, dockerfile=part.dockerfile)
    contents = {name: _text(app, folder / name) for b in app.backing for name in engine_of(b).files(b.engine)}
    copied = sorted({file.source for s in app.services for file in s.files if file.source})
    copies = {name: read_copies(folder / name) for name in copied}
    versions = {name: on_this_machine(name) for name in sorted(tools(app, sources.values()))}
    looks = {name: on_path(name) for name in sorted(programs(app))}
    given = Inputs(sources, contents, programs=looks, tools=versions, copies=copies)
    portions = {portion_key(s): _portion(folder, s, given.source(s)) for s in app.services if s.inputs}
    return msgspec.structs.replace(given, portions=portions)


def _portion(folder: Path, service: Service, source: Source) -> str:
    return portion(folder / service.path, source.ignore, service.inputs)


def _text(app: App, path: Path) -> str:
    try:
        return path.read_text()
    except OSError as problem:
        raise MissingFile(f"{path}: {problem.strerror}") from None


def attach(desired: Desired, published: Mapping[str, Endpoint] = {}) -> Desired:
    """With the mesh that every environment has which has anything to route."""
    if not desired.edges and not desired.refusals and desired.gateway is None:
        return desired
    envoy = revised(mesh.workload(desired.app, desired.environment, published), {})
    return msgspec.structs.replace(desired, workloads=(envoy, *desired.workloads))


def dry_plan(app: App, state: Path) -> Plan:
    """What the first lap would do for an app that doesn't run."""
    desired = attach(compile(app, gather(app)))
    cache = cache_folder()
    built = frozenset(a.key for a in desired.artifacts if is_built(cache, a.key))
    instances, data = at_rest.look(state)
    return reconcile(desired, Observed(instances, built, data=data), None, now=time.time())


class Engine:
    """One daemon: driver, loop, environment and door, wired."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._cache = cache_folder()
        self._ended = asyncio.Event()
        self._for_good = False
        self._building = asyncio.Semaphore(BUILDS_AT_ONCE)
        self.driver = self._target(state)
        self.journal = Journal(state / "events.jsonl")
        self.loop = self._loop(self.driver, self.journal)
        self.environment = Environment(self.loop, self.driver, FileReleases(state), gather=gather, attach=self._attach)
        self.imager = Imager(self.environment, self._cache, self.loop.report)
        self.trainer = Trainer(self.environment, state, self._cache, self._elsewhere, self.loop.report)
        self.recompiling = Recompiling(self.environment, Recompiler(self._cache), self.loop.report)
        self.watcher = Watcher(self.environment, state, self.loop.report)
        self.certifier = Certifier(self.environment, self.driver, state, self._obtain)
        self.environment.prepare = self.certifier.prepare
        remember, build_log = self.watcher.remember, partial(log_file, self._cache)
        self.steering = Steering(self.environment)
        self.chaos = Chaos(self.environment, self.driver)
        changing = asyncio.Lock()
        self.verbs = Verbs(
            self.environment,
            self.driver,
            self.journal,
            self._leave,
            remember,
            build_log,
            self.certifier.standing,
            changing,
            (
                Developing(self.environment, self.driver),
                Inspecting(self.environment, self.driver),
                Rolling(self.environment, self.steering, changing),
                Errands(self.environment, self.driver, changing),
                Disturbing(self.environment, self.chaos, self.journal),
                Secrets(self.environment, changing),
            ),
        )

    def _target(self, state: Path) -> AnyDriver:
        """What the state's folder is named by."""
        itself = daemon.itself(state)
        if state.name == "docker":
            # What it imports is heavy.
            from shoal.drivers.docker.driver import DockerDriver

            return DockerDriver(state, daemon=itself, image=lambda docker, workload: self.imager.of(docker, workload))
        return self._processes(state, itself)

    def _processes(self, state: Path, itself: Daemon | None) -> ProcessDriver:
        return ProcessDriver(
            state,
            programs=lambda name: str(program(name)),
            artifacts=lambda key: artifact_folder(self._cache, key),
            daemon=itself,
        )

    def _loop(self, driver: AnyDriver, journal: Journal) -> Loop:
        def snapshot(desired: Desired, observed: Observed, going: frozenset[str]) -> Snapshot | None:
            if desired.workload(mesh.NAME) is None:
                return None
            addresses = driver.bound(mesh.addresses_needed(desired))
            names = driver.named((*desired.edges, *desired.refusals))
            certified = frozenset(driver.certificates())
            proofs = self.certifier.proofs if driver is self.driver else {}
            enclosed = driver.capabilities.enclosed
            return mesh.snapshot(desired, observed, addresses, going, names, certified, proofs, enclosed=enclosed)

        return Loop(driver, journal, build=self._build, built=self._built, snapshot=snapshot)

    def _attach(self, desired: Desired) -> Desired:
        """Where the mesh is in a container, what it publishes is fixed when that is made."""
        if isinstance(self.driver, ProcessDriver):
            return attach(desired)
        return attach(desired, self.driver.addresses(doors(desired.gateway)))

    def _elsewhere(self, state: Path) -> tuple[ProcessDriver, Loop]:
        """A driver and a loop for an environment below this one."""
        state.mkdir(mode=0o700, exist_ok=True)
        driver = self._processes(state, None)
        return driver, self._loop(driver, Journal(state / "events.jsonl"))

    async def run(self) -> None:
        """Until somebody says `leave` or `down`, or a SIGTERM comes (which is no `down`)."""
        # One for each instance, one or two for each question to one.
        descriptors.raise_limit()
        running = asyncio.get_running_loop()
        running.add_signal_handler(signal.SIGTERM, self._leave, False)
        serving = asyncio.Event()
        tasks = [
            asyncio.create_task(self._keep(), name="loop"),
            asyncio.create_task(Server(self._state, self.verbs.table()).run(serving), name="server"),
            asyncio.create_task(self._look_at_logs(), name="logs"),
            asyncio.create_task(self._look_at_disks(), name="disks"),
            asyncio.create_task(self._beside(), name="trainer or images"),
            asyncio.create_task(self.watcher.run(), name="watcher"),
            asyncio.create_task(self.recompiling.run(), name="recompiling"),
            asyncio.create_task(self.steering.conclude(), name="releases"),
            asyncio.create_task(self.certifier.run(), name="certifier"),
            asyncio.create_task(self.chaos.run(), name="chaos"),
            asyncio.create_task(self.steering.advance(), name="stages"),
            asyncio.create_task(self._ended.wait(), name="end"),
        ]
        gc.collect()
        gc.freeze()
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.journal.close()
        for task in done:
            if task.get_name() != "end":
                task.result()
        if self._for_good:
            end_keeper(self._state)

    async def _keep(self) -> None:
        """The loop; when the state's damage ends it, there is no room to begin, or the platform isn't there, somebody
        has to be told before we go."""
        try:
            self.environment.restore()
            await self._looped()
        except (StateDamaged, OSError) as problem:
            told = problem if isinstance(problem, StateDamaged) else of_system(problem)
            if told is None:
                raise
            log.error("%s", told)
            self.verbs.problem = told
            self.loop.looked.set()
            await self._ended.wait()

    async def _looped(self) -> None:
        """Begun again for as long as the platform is away: a daemon may come back before it does."""
        while True:
            try:
                await self.loop.run()
            except (DriverFailed, ToolMissing) as problem:
                log.error("%s", problem)
                self.verbs.problem = problem
                self.loop.looked.set()
            await asyncio.sleep(AGAIN)
            self.verbs.problem = None

    def _leave(self, for_good: bool) -> None:
        self._for_good = for_good
        if for_good:
            daemon.let_go(self._state)
        self._ended.set()

    async def _beside(self) -> None:
        """What goes on in the background. A JVM's cache is of use to the very JVM that it was made by: that of an image
        is another."""
        driver = self.driver
        if isinstance(driver, ProcessDriver):
            await self.trainer.run()
        else:
            await self.imager.run(lambda: driver.client)

    def _built(self, desired: Desired) -> frozenset[str]:
        built = frozenset(a.key for a in desired.artifacts if is_built(self._cache, a.key))
        return built if isinstance(self.driver, ProcessDriver) else built & self.imager.made

    async def _build(self, artifact: Artifact) -> None:
        def report(step: str, note: str, seconds: float | None) -> None:
            if seconds is None:
                self.loop.report("building", artifact.owner, f"{step}: {note}" if note else step)

        async def spawn(command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> int:
            return await self.driver.run_to_end(command, env, cwd, log, name=f"build.{artifact.owner}")

        async with self._building:
            recompiler = self.recompiling.recompiler
            await build(artifact, root=self._cache, report=report, spawn=spawn, recompiler=recompiler)
            if not isinstance(self.driver, ProcessDriver):
                await self.imager.make(self.driver.client, artifact)

    async def _obtain(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> int:
        return await self.driver.run_to_end(command, env, cwd, log, name="certificate")

    async def _look_at_logs(self) -> None:
        while True:
            await asyncio.sleep(LOGS_EVERY)
            self.driver.look_at_logs()

    async def _look_at_disks(self) -> None:
        while True:
            await asyncio.sleep(DISKS_EVERY)
            await self.driver.look_at_disks()


def main(arguments: list[str], make: Callable[[Path], Engine] = Engine) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    state = Path(arguments[0])

    async def whole() -> None:
        await make(state).run()

    try:
        asyncio.run(whole())
    except ShoalError as problem:
        log.error("%s", problem)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    # At once: whoever waits for our end sees the socket go, and should find no process after that.
    os._exit(code)

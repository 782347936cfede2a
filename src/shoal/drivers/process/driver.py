"""The process driver: instances are processes of this machine, forked by a keeper, known by pid and start time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from shoal.drivers.driver import Capabilities, Invocation, LogFile
from shoal.drivers.process import publish, records
from shoal.drivers.process.adoption import Found, leader, survey
from shoal.drivers.process.census import Registrar, environment
from shoal.drivers.process.conclusion import conclude
from shoal.drivers.process.ending import Looks, end
from shoal.drivers.process.keeper.journal import boot_id
from shoal.drivers.process.keepership import Daemon, Keepership
from shoal.drivers.process.logs.shelf import Shelf
from shoal.drivers.process.ports import HOST, Allotments
from shoal.drivers.process.records import Exit, Spec
from shoal.drivers.process.render import Place, Rendering, Sources
from shoal.drivers.process.starting import Base, order, refusal, write_files
from shoal.drivers.process.state import State
from shoal.drivers.process.tracked import Tracked
from shoal.drivers.process.vault import Vault
from shoal.errors import DriverFailed, ToolMissing
from shoal.model.observed import Endpoint, Instance
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Workload

LEFTOVERS = 5.0
"""Seconds that what a dead leader left behind may take to end, at most."""
NOTED = 2.0
"""Seconds to wait for the keeper's word on an exit code."""
KEPT_LOGS = 10


def _no_program(name: str) -> str:
    raise ToolMissing(f"the program {name} isn't there")


def _no_artifact(key: str) -> Path:
    raise DriverFailed(f"there is no artifact {key}")


class ProcessDriver:
    """`state` is the state folder of one app and environment. `programs` finds an engine's executable (raises
    ToolMissing), `artifacts` the folder of a built artifact. `tools` are folders that come first on every child's PATH.
    With `daemon` the keeper restarts the calling process when it dies."""

    capabilities = Capabilities()

    def __init__(
        self,
        state: Path,
        *,
        programs: Callable[[str], str] = _no_program,
        artifacts: Callable[[str], Path] = _no_artifact,
        tools: Sequence[str] = (),
        daemon: Daemon | None = None,
        clock: Callable[[], float] = time.time,
        kept_logs: int = KEPT_LOGS,
    ) -> None:
        self.state = State(state.absolute())
        self._clock = clock
        self._tools = tuple(tools)
        self._vault = Vault(self.state.secrets)
        self._ports = Allotments(self.state.ports)
        self._shelf = Shelf(self.state.logs, kept_logs)
        self._sources = Sources(
            address=self._address,
            secret=self._vault.read,
            program=programs,
            artifact=artifacts,
            data=self.state.data_folder,
            meshdir=self.state.mesh,
        )
        self._keeper = Keepership(self.state.root, daemon, self._noted, self._keeper_lost)
        self._tracked: dict[str, Tracked] = {}
        self._starting: dict[str, Instance] = {}
        self._wake: Callable[[], None] = lambda: None
        self._lock = -1
        self._looks: Looks

    # Opening and closing

    async def open(self, wake: Callable[[], None]) -> None:
        """Adopts what runs. Raises Busy when another driver has the folder, StateDamaged."""
        self.state.prepare()
        self._lock = self.state.lock()
        self._wake = wake
        self._looks = Looks(Registrar(self.state.realm()))
        kept = await self._keeper.children()
        for found in survey(self.state, self._looks.now()):
            self._adopt(found, found.record.id in kept)
        if not any(tracked.instance.alive for tracked in self._tracked.values()):
            self._ports.rebuild()

    async def close(self) -> None:
        """Lets go; whatever runs goes on."""
        endings = [tracked.ending for tracked in self._tracked.values() if tracked.ending]
        for ending in endings:
            ending.cancel()
        if endings:
            await asyncio.wait(endings)
        for tracked in self._tracked.values():
            tracked.let_go()
        self._tracked.clear()
        await self._keeper.close()
        if self._lock >= 0:
            await self._looks.close()
            os.close(self._lock)
            self._lock = -1

    def _adopt(self, found: Found, kept: bool) -> None:
        tracked = found.tracked()
        self._tracked[tracked.id] = tracked
        if found.pidfd >= 0:
            tracked.kept = kept
            tracked.watch(found.pidfd, self._leader_ended)
            return
        tracked.was_gone()
        if self._looks.now().members(tracked.id, tracked.leader):
            self._leader_ended(tracked)
        else:
            self._concluded(tracked, found.record.exit)

    # Instances

    async def observe(self) -> tuple[Instance, ...]:
        instances = (tracked.instance for tracked in self._tracked.values())
        return tuple(sorted(instances, key=lambda instance: (instance.started, instance.id)))

    async def start(self, workload: Workload, index: int, *, failures: int = 0) -> Instance:
        # Not to be interrupted half-way: a process that was forked must be known here.
        return await asyncio.shield(asyncio.create_task(self._start(workload, index, failures)))

    async def _start(self, workload: Workload, index: int, failures: int) -> Instance:
        name = self.state.new_id(workload.name, index)
        endpoints = self._endpoints(workload)
        instance = self._instance(workload, index, failures, name, endpoints)
        spec = Spec(instance, workload.stop)
        self._starting[name] = instance
        try:
            records.create(self.state.instances / name, spec)
            self._shelf.begin(self.state.log(workload.name, name), instance.started)
            return await self._spawn(workload, spec)
        except BaseException:
            self.state.forget(name)
            self._shelf.prune(workload.name, {*self._tracked, *self._starting})
            raise
        finally:
            del self._starting[name]

    def _instance(
        self, workload: Workload, index: int, failures: int, name: str, endpoints: dict[str, Endpoint]
    ) -> Instance:
        if workload.data:
            self.state.data_folder(workload.data)
        return Instance(
            id=name,
            workload=workload.name,
            kind=workload.kind,
            revision=workload.revision,
            index=index,
            nonce=workload.nonce,
            started=self._clock(),
            failures=failures,
            incarnation=self.data().get(workload.once_per, "") if workload.once_per else "",
            endpoints=endpoints,
            after=tuple(after.name for after in workload.after),
        )

    async def _spawn(self, workload: Workload, spec: Spec) -> Instance:
        instance = spec.instance
        rendering = Rendering(workload, self._place(instance), self._sources)
        if workload.kind == "mesh":
            self._prepare_mesh()
        request = order(workload, instance, rendering, Base(self.state.realm(), self._tools), self.state)
        try:
            answer = await self._keeper.ask(request)
        except DriverFailed:
            # Its keeper died under it: it may run nevertheless.
            return self._orphan(instance.id)
        if error := answer.get("error"):
            raise refusal(workload, request, error)
        tracked = Tracked(spec, msgspec.structs.replace(instance, pid=answer["pid"]), answer["start"])
        tracked.kept = True
        self._follow(tracked)
        return tracked.instance

    def _follow(self, tracked: Tracked) -> None:
        self._tracked[tracked.id] = tracked
        try:
            tracked.watch(os.pidfd_open(tracked.instance.pid), self._leader_ended)
        except ProcessLookupError:
            # So short a life that the keeper has reaped it already: its exit is on disk.
            tracked.was_gone()
            self._leader_ended(tracked)

    def _orphan(self, name: str) -> Instance:
        record = records.read(self.state.instances / name)
        if records.never_ran(record):
            raise DriverFailed(f"{name} can't be started: the keeper died", hint="try again")
        self._adopt(Found(record, leader(record, boot_id())), kept=False)
        return self._tracked[name].instance

    async def stop(self, instance: str, *, grace: float | None = None) -> None:
        tracked = self._known(instance)
        if tracked.done.is_set():
            return
        if not tracked.gone.is_set():
            tracked.asked = True
            tracked.instance = msgspec.structs.replace(tracked.instance, phase="stopping")
        patience = tracked.spec.stop.grace if grace is None else grace
        await asyncio.shield(self._ending(tracked, patience))
        if tracked.problem:
            raise tracked.problem

    async def forget(self, instance: str) -> None:
        tracked = self._known(instance)
        if tracked.instance.alive:
            raise DriverFailed(f"{instance} still runs")
        del self._tracked[instance]
        self.state.forget(instance)
        self._shelf.prune(tracked.instance.workload, {*self._tracked, *self._starting})

    def _known(self, instance: str) -> Tracked:
        if instance not in self._tracked:
            raise DriverFailed(f"there is no instance {instance}")
        return self._tracked[instance]

    # The end of an instance

    def _leader_ended(self, tracked: Tracked) -> None:
        tracked.instance = msgspec.structs.replace(tracked.instance, phase="stopping")
        self._ending(tracked, min(tracked.spec.stop.grace, LEFTOVERS))

    def _ending(self, tracked: Tracked, patience: float) -> asyncio.Task[None]:
        tracked.hurry(asyncio.get_running_loop().time() + patience)
        if tracked.ending is None or tracked.ending.done():
            tracked.problem = None
            tracked.ending = asyncio.create_task(self._end(tracked), name=f"end {tracked.id}")
        return tracked.ending

    async def _end(self, tracked: Tracked) -> None:
        try:
            await end(tracked, self._looks)
        except DriverFailed as error:
            tracked.problem = error
            tracked.instance = msgspec.structs.replace(tracked.instance, reason=error.what)
            return
        if tracked.kept and not tracked.noted.is_set():
            await asyncio.wait([asyncio.create_task(tracked.noted.wait())], timeout=NOTED)
        self._concluded(tracked, records.read(self.state.instances / tracked.id).exit)

    def _concluded(self, tracked: Tracked, written: Exit | None) -> None:
        last = conclude(tracked, written, self._clock())
        if last != written:
            records.write_exit(self.state.instances / tracked.id, last)
        tracked.instance = msgspec.structs.replace(
            tracked.instance, phase="exited", ended=last.at, exit=last.code, reason=last.reason
        )
        tracked.done.set()
        self._wake()

    def _noted(self, instance: str, code: int) -> None:
        if tracked := self._tracked.get(instance):
            tracked.code = code
            tracked.noted.set()

    def _keeper_lost(self) -> None:
        for tracked in self._tracked.values():
            tracked.kept = False
            tracked.noted.set()
        self._wake()

    # Addresses

    def addresses(self, names: Iterable[str]) -> dict[str, Endpoint]:
        return self._ports.of(names, self._taken())

    def fix(self, name: str, endpoint: Endpoint) -> None:
        """An address that the file chose (`gateway`); port 0: any, and the same one ever after."""
        self._ports.fix(name, endpoint)

    def _address(self, name: str) -> Endpoint:
        return self.addresses([name])[name]

    def _taken(self) -> set[int]:
        """Ports of instances that run or are just being started."""
        running = (tracked.instance for tracked in self._tracked.values() if tracked.instance.alive)
        return {e.port for instance in (*running, *self._starting.values()) for e in instance.endpoints.values()}

    def _endpoints(self, workload: Workload) -> dict[str, Endpoint]:
        if workload.stable_ports:
            return self._stable(workload)
        numbers = self._ports.free(self._taken())
        return {port.name: Endpoint(HOST, next(numbers)) for port in workload.ports}

    def _stable(self, workload: Workload) -> dict[str, Endpoint]:
        """A workload's first port goes by the workload's name, and all of them by `<workload>:<port>`."""
        endpoints = {}
        for place, port in enumerate(workload.ports):
            long = f"{workload.name}:{port.name}"
            name = long if place else workload.name
            if self._ports.of([name], self._taken())[name].port not in self._taken():
                self._ports.claim(name)
            self._ports.also(long, name)
            endpoints[port.name] = self._address(name)
        return endpoints

    def _place(self, instance: Instance) -> Place:
        scratch = self.state.instances / instance.id / "scratch"
        return Place(instance.id, instance.index, self.state.files / instance.id, scratch, instance.endpoints)

    # The mesh

    def _mesh(self) -> Instance | None:
        instances = (tracked.instance for tracked in self._tracked.values() if not tracked.gone.is_set())
        return next((i for i in instances if i.kind == "mesh"), None)

    def _prepare_mesh(self) -> None:
        """Before the mesh starts: its listeners' ports must be ours, its files must be there."""
        publish.prepare(self.state.xds)
        if self._mesh():
            return
        (self.state.mesh / publish.ADMIN_SOCKET).unlink(missing_ok=True)
        taken = self._taken()
        for name, endpoint in self._ports.known().items():
            if endpoint.port not in taken:
                self._ports.claim(name)

    async def publish(self, snapshot: Snapshot) -> None:
        mesh = self._mesh()
        log = self.state.log(mesh.workload, mesh.id) if mesh else None
        alive = lambda: bool(mesh and self._mesh() == mesh)  # noqa: E731
        await publish.publish(snapshot, self.state.mesh, self.state.xds, log, alive)

    # Data, secrets, logs

    def set_secret(self, name: str, value: str) -> str:
        self.state.prepare()
        return self._vault.keep(name, value)

    def data(self) -> dict[str, str]:
        return self.state.incarnations()

    async def drop_data(self) -> None:
        if any(tracked.instance.alive for tracked in self._tracked.values()) or self._starting:
            raise DriverFailed("something still runs", hint="stop it first")
        self._tracked.clear()
        self.state.drop()
        self._ports.drop()

    def logs(self, workloads: Iterable[str] = ()) -> tuple[LogFile, ...]:
        return self._shelf.files(workloads)

    def look_at_logs(self) -> None:
        """To be called about every second: keeps the times of lines, and logs within their size."""
        alive = {name for name, tracked in self._tracked.items() if tracked.instance.alive}
        self._shelf.look(self._clock(), alive)

    def invocation(self, workload: Workload, command: tuple[str, ...], *, like: str = "") -> Invocation:
        """`command` empty: the workload's own."""
        if like:
            return self._like(self._known(like), command)
        name = f"{workload.name}-run"
        scratch = self.state.root / "run" / workload.name
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = self._ports.free(self._taken())
        endpoints = {port.name: Endpoint(HOST, next(numbers)) for port in workload.ports}
        place = Place(name, 0, self.state.files / name, scratch, endpoints)
        rendering = Rendering(workload, place, self._sources)
        write_files(rendering, place.files)
        env = Base(self.state.realm(), self._tools).env(workload, rendering)
        return Invocation(command or tuple(rendering.command()), env, str(rendering.cwd()))

    def _like(self, tracked: Tracked, command: tuple[str, ...]) -> Invocation:
        pid = tracked.instance.pid
        env = environment(pid) if not tracked.gone.is_set() else {}
        if not env:
            raise DriverFailed(f"{tracked.id} doesn't run any more")
        return Invocation(command, env, str(Path(f"/proc/{pid}/cwd").readlink()))

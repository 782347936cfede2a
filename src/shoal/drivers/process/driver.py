"""The process driver: instances are processes of this machine, forked by a keeper, known by pid and start time."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from shoal.drivers.copying import copy
from shoal.drivers.driver import Capabilities, Invocation, LogFile, Ran
from shoal.drivers.process import admin, atomic, publish, records
from shoal.drivers.process.addressing import Addressing
from shoal.drivers.process.adoption import Found, leader
from shoal.drivers.process.census import environment
from shoal.drivers.process.disk import empty, fill, used
from shoal.drivers.process.environment import base
from shoal.drivers.process.groups.groups import Groups
from shoal.drivers.process.inspection import added_up, inspect
from shoal.drivers.process.instances import Instances
from shoal.drivers.process.keeper.journal import boot_id
from shoal.drivers.process.keepership import Daemon, Keepership
from shoal.drivers.process.logs.reader import piece, tail_text
from shoal.drivers.process.logs.shelf import Shelf
from shoal.drivers.process.names import Names
from shoal.drivers.process.own import check_own
from shoal.drivers.process.ports import Allotments, check_allowed, held_by, in_use, is_free
from shoal.drivers.process.records import Spec
from shoal.drivers.process.render import Place, Rendering, Sources
from shoal.drivers.process.rights import unheeded
from shoal.drivers.process.starting import Base, order, refusal, write_files
from shoal.drivers.process.state import State
from shoal.drivers.process.tracked import Tracked
from shoal.drivers.process.vault import Vault
from shoal.errors import DriverFailed, ToolMissing
from shoal.mesh import tls
from shoal.model.desired import Desired
from shoal.model.limits import amount
from shoal.model.observed import Endpoint, Instance
from shoal.model.snapshot import Snapshot
from shoal.model.usage import Process, Usage
from shoal.model.values import Value, concat
from shoal.model.workload import Edge, Workload, host_key

KEPT_LOGS = 10
HOSTS = "hosts"


class _KeeperDied(DriverFailed):
    """Under a start, before anything was forked."""


def _no_program(name: str) -> str:
    raise ToolMissing(f"the program {name} isn't there")


def _no_artifact(key: str) -> Path:
    raise DriverFailed(f"there is no artifact {key}")


class ProcessDriver:
    """`state` is the state folder of one app and environment. `programs` finds an engine's executable (raises
    ToolMissing), `artifacts` the folder of a built artifact ("": of all of them). `tools` are folders that come
    first on every child's PATH. With `daemon` the keeper restarts the calling process when it dies."""

    # One core stays for those who serve.
    capabilities = Capabilities(abreast=max(1, len(os.sched_getaffinity(0)) - 1))

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
        self._lock = -1
        self._vault = Vault(self.state.secrets)
        self._shelf = Shelf(self.state.logs, kept_logs)
        self._groups = Groups(self.state.groups, lambda: self.state.realm)
        self._instances = Instances(self.state, self._groups, clock)
        self._allotments = Allotments(self.state.ports)
        self._addressing = Addressing(self._allotments, self._instances)
        self._names = Names(self.state.hosts, lambda: mesh.pid if (mesh := self._mesh()) else 0)
        self._keeper = Keepership(self.state.root, daemon, self._instances.noted, self._instances.keeper_lost)
        self._sources = Sources(
            address=self._addressing.of,
            secret=self._vault.read,
            program=programs,
            artifact=artifacts,
            data=self.state.data_folder,
            meshdir=self.state.mesh,
        )

    async def open(self, wake: Callable[[], None]) -> None:
        """Adopts what runs. Raises Busy when another driver has the folder, StateDamaged."""
        self.state.prepare()
        self._lock = self.state.lock()
        try:
            self._instances.open(wake, await self._keeper.children())
            self.state.sweep()
            if not any(self._instances.alive()):
                self._allotments.rebuild()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Lets go; whatever runs goes on."""
        await self._instances.close()
        await self._keeper.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def observe(self) -> tuple[Instance, ...]:
        return self._instances.all()

    # Starting

    async def start(self, workload: Workload, index: int, *, failures: int = 0) -> Instance:
        # Not to be interrupted half-way: a process that was forked must be known here.
        return await asyncio.shield(asyncio.create_task(self._start(workload, index, failures)))

    async def _start(self, workload: Workload, index: int, failures: int) -> Instance:
        try:
            return await self._logged(self._instance(workload, index, failures), workload)
        except _KeeperDied:
            return await self._logged(self._instance(workload, index, failures), workload)

    async def _logged(self, instance: Instance, workload: Workload) -> Instance:
        log = self.state.log(workload.name, instance.id)
        self._shelf.begin(log, instance.started)
        try:
            return await self._attempt(instance, workload, log)
        except BaseException:
            self._shelf.prune(workload.name, self._instances.recorded())
            raise

    async def _attempt(self, instance: Instance, workload: Workload, log: Path, hosts: str = "") -> Instance:
        spec = Spec(instance, workload.stop, workload.limits)
        self._instances.starting[instance.id] = instance
        try:
            records.create(self.state.instances / instance.id, spec)
            return await self._spawn(workload, spec, log, hosts)
        except BaseException:
            self.state.forget(instance.id)
            self._groups.remove(instance.id)
            raise
        finally:
            del self._instances.starting[instance.id]

    def _instance(self, workload: Workload, index: int, failures: int) -> Instance:
        if workload.data:
            self.state.data_folder(workload.data)
        return Instance(
            id=self.state.new_id(workload.name, index),
            workload=workload.name,
            kind=workload.kind,
            revision=workload.revision,
            index=index,
            nonce=workload.nonce,
            started=self._clock(),
            failures=failures,
            incarnation=self.data().get(workload.once_per, "") if workload.once_per else "",
            endpoints=self._addressing.endpoints(workload),
            after=tuple(after.name for after in workload.after),
        )

    async def _spawn(self, workload: Workload, spec: Spec, log: Path, hosts: str) -> Instance:
        instance = spec.instance
        if workload.kind == "mesh":
            self._prepare_mesh()
        scratch = self.state.instances / instance.id / "scratch"
        view = self.state.view(instance.id)
        place = Place(instance.id, instance.index, self.state.files / instance.id, scratch, instance.endpoints, view)
        request = order(workload, instance, Rendering(workload, place, self._sources), self._base, self.state, log)
        request["hosts"] = hosts or self._hosts(workload, self.state.instances / instance.id)
        request["groups"] = [str(folder) for folder in self._groups.make(instance.id, workload.limits).folders]
        try:
            answer = await self._keeper.ask(request)
        except DriverFailed:
            return self._orphan(instance.id)
        if error := answer.get("error"):
            raise refusal(workload, request, error)
        tracked = Tracked(spec, msgspec.structs.replace(instance, pid=answer["pid"]), answer["start"])
        self._instances.follow(tracked)
        return tracked.instance

    def _hosts(self, workload: Workload, folder: Path) -> str:
        """The hosts file of one that knows others by their names; empty: it gets the system's."""
        nobody = host_key(workload.owner, "")
        strangers = workload.strangers if self._names.answered(nobody) else ()
        known = workload.names | dict.fromkeys(strangers, nobody)
        if not known or self._names.lack:
            return ""
        # Whoever the program becomes, it may read who its peers are.
        atomic.write(folder / HOSTS, self._names.hosts(known), mode=0o644)
        return str(folder / HOSTS)

    def _orphan(self, name: str) -> Instance:
        """Its keeper died under the start; perhaps it runs nevertheless."""
        record = records.read(self.state.instances / name)
        if records.never_ran(record):
            raise _KeeperDied(f"{name} can't be started: the keeper died", hint="try again")
        record = records.read(self.state.instances / name)
        return self._instances.adopt(Found(record, leader(record, boot_id())))

    @cached_property
    def _base(self) -> Base:
        return Base(self.state.realm, base(os.environ, self._tools))

    async def attach(self, workload: Workload, pid: int, endpoints: Mapping[str, Endpoint]) -> Invocation:
        plain = self._instance(msgspec.structs.replace(workload, ports=()), 0, 0)
        instance = msgspec.structs.replace(plain, endpoints=dict(endpoints), attached=True)
        folder = self.state.instances / instance.id
        spec = Spec(instance, workload.stop)
        records.create(folder, spec)
        try:
            start = records.identify(folder, pid)
            scratch = folder / "scratch"
            scratch.mkdir(mode=0o700)
            view = self.state.view(instance.id)
            place = Place(instance.id, 0, self.state.files / instance.id, scratch, endpoints, view)
            found = self._rendered(workload, (), place, instance.id)
        except BaseException:
            self.state.forget(instance.id)
            raise
        self._instances.follow(Tracked(spec, msgspec.structs.replace(instance, pid=pid), start), kept=False)
        return found

    # Ending

    async def stop(self, instance: str, *, grace: float | None = None) -> None:
        await self._instances.stop(instance, grace)

    async def signal(self, instance: str, number: int) -> None:
        await self._instances.signal(instance, signal.Signals(number))

    async def forget(self, instance: str) -> None:
        removed = self._instances.remove(instance)
        self._shelf.prune(removed.workload, self._instances.recorded())

    # The mesh and its addresses

    def addresses(self, names: Iterable[str]) -> dict[str, Endpoint]:
        return self._allotments.of(names, self._instances.ports())

    def bound(self, names: Iterable[str]) -> dict[str, Endpoint]:
        return self.addresses(names)

    def named(self, edges: Iterable[Edge]) -> dict[str, Endpoint]:
        return self._names.endpoints(edges) if any(edge.named for edge in edges) else {}

    def vacant(self, name: str, endpoint: Endpoint) -> None:
        """Raises PortInUse when the mesh would find a stranger at an address that the file chose, StartFailed when it
        may not have it."""
        if endpoint.port:
            check_allowed(name, endpoint.port)
        if not endpoint.port or is_free(endpoint.port, endpoint.host):
            return
        mesh = self._mesh()
        stays = self._allotments.known().get(name) == endpoint
        if not mesh or not (stays or held_by(mesh.pid, endpoint.port)):
            raise in_use(name, endpoint)

    def fix(self, name: str, endpoint: Endpoint) -> None:
        """An address that the file chose (`gateway`); port 0: any, and the same one ever after."""
        self._allotments.fix(name, endpoint)

    async def numbers(self, target: str) -> str:
        try:
            return await asyncio.to_thread(admin.get, self.state.mesh, publish.ADMIN_SOCKET, target)
        except OSError as problem:
            raise DriverFailed(f"the mesh doesn't tell its numbers: {problem}") from None

    async def publish(self, snapshot: Snapshot) -> None:
        mesh = self._mesh()
        log = self.state.log(mesh.workload, mesh.id) if mesh else None

        def alive() -> bool:
            now = self._mesh()
            return mesh is not None and now is not None and now.id == mesh.id

        await publish.publish(snapshot, self.state.mesh, self.state.xds, log, alive)

    def _mesh(self) -> Instance | None:
        return next((instance for instance in self._instances.leading() if instance.kind == "mesh"), None)

    def _prepare_mesh(self) -> None:
        publish.prepare(self.state.xds)
        if self._mesh() is None:
            (self.state.mesh / publish.ADMIN_SOCKET).unlink(missing_ok=True)
            self._addressing.claim_listeners()

    # Limits

    def lacking(self, desired: Desired) -> tuple[str, ...]:
        limits = self._groups.lacking({workload.name: workload.limits for workload in desired.workloads})
        named = any(workload.names or workload.strangers for workload in desired.workloads)
        return (*limits, *unheeded(desired), *(self._names.refused(desired.edges) if named else ()))

    async def look_at_disks(self) -> None:
        """To be called every few seconds: ends what keeps more in its scratch folder than it may."""
        for tracked in self._instances.limited_on_disk():
            limit, scratch = tracked.spec.limits.disk, self.state.instances / tracked.id / "scratch"
            found = await asyncio.to_thread(used, scratch)
            if found > limit:
                self._instances.condemn(tracked, f"ended: over its disk limit of {amount(limit)} ({found >> 20} MiB)")

    async def fill(self, instance: str, *, full: bool) -> None:
        limit, scratch = self._instances.known(instance).spec.limits.disk, self.state.instances / instance / "scratch"
        if not limit:
            raise DriverFailed(f"{instance} has no limit of its disk", hint="Give it one: limits: {disk: 64Mi}")
        await asyncio.to_thread(fill, scratch, limit) if full else await asyncio.to_thread(empty, scratch)

    # Data, secrets, logs

    def secret_digest(self, value: str) -> str:
        self.state.prepare()
        return self._vault.digest(value)

    def discard_secrets(self, kept: Mapping[str, Collection[str]]) -> None:
        self._vault.discard(kept)

    def set_secret(self, name: str, value: str) -> str:
        self.state.prepare()
        return self._vault.keep(name, value)

    def make_secret(self, name: str, length: int) -> None:
        self.state.prepare()
        self._vault.make(name, length)

    def secret(self, name: str, digest: str = "") -> str:
        return self._vault.read(name, digest)

    def certify(self, name: str, chain: str, key: str) -> None:
        self.state.certificates.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Through another folder, as with all that Envoy watches.
        file = self.state.certificates / f"{name}.json"
        atomic.write(file, tls.secret(name, chain, key), lasting=True, through=self.state.secrets)

    def certificates(self) -> dict[str, str]:
        return {file.stem: tls.chain(file.read_text()) for file in self.state.certificates.glob("*.json")}

    def data(self) -> dict[str, str]:
        return self.state.incarnations()

    async def drop_data(self) -> None:
        await self._instances.errands_ended()
        self._instances.clear()
        self.state.drop()
        self._allotments.drop()

    def logs(self, workloads: Iterable[str] = ()) -> tuple[LogFile, ...]:
        return self._shelf.files(workloads)

    def printed(self, instance: str, offset: int) -> tuple[bytes, int]:
        return piece(self.state.log(self._instances.known(instance).instance.workload, instance), offset)

    def look_at_logs(self) -> None:
        """To be called about every second: keeps the times of lines, and logs within their size."""
        self._shelf.look(self._clock(), [self.state.log(i.workload, i.id) for i in self._instances.all() if i.alive])

    # Running something beside the instances

    async def run_to_end(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        *,
        name: str = "errand",
        hosts: str = "",
    ) -> int:
        """An errand of ours (a build step), as a child of the keeper: whoever dies, none is left behind. Nobody sees it
        as an instance while we wait for it; one whose daemon was killed is seen by the next, and stopped, being
        wanted by nobody. Returns the exit code, appends both streams to `log`; ends it when cancelled.
        `hosts` is the file that it sees as /etc/hosts."""
        workload = Workload(
            name=name,
            kind="job",
            command=tuple(map(concat, command)),
            env={key: concat(value) for key, value in env.items()},
            cwd=concat(str(cwd)),
        )
        return await self._to_end(workload, log, hosts)

    async def errand(self, workload: Workload) -> Ran:
        log = self._passing_log(workload.name)
        try:
            code = await self._to_end(workload, log)
            return Ran(code, tail_text(log))
        finally:
            log.unlink(missing_ok=True)

    def _passing_log(self, name: str) -> Path:
        self.state.run.mkdir(mode=0o700, exist_ok=True)
        return self.state.run / f"{name}-{secrets.token_hex(4)}.log"

    async def _to_end(self, workload: Workload, log: Path, hosts: str = "") -> int:
        instance = self._instance(workload, 0, 0)
        over = self._instances.errands[instance.id] = asyncio.Event()
        try:
            attempt = asyncio.create_task(self._attempt(instance, workload, log, hosts))
            try:
                await asyncio.shield(attempt)
                tracked = self._instances.known(instance.id)
                await tracked.done.wait()
            finally:
                await asyncio.shield(self._over(attempt, instance.id))
        finally:
            over.set()
            self._instances.errands.pop(instance.id, None)
        return 255 if tracked.instance.exit is None else tracked.instance.exit

    async def _over(self, attempt: asyncio.Task[Instance], errand: str) -> None:
        # Who waited may have gone while it was being started: it has to be known before it can be ended.
        await asyncio.wait([attempt])
        if attempt.exception() is None:
            await self.stop(errand, grace=0)
            self._instances.remove(errand)

    async def exec(self, instance: str, command: tuple[Value, ...]) -> Ran:
        """An errand with what the instance has; the marks by which it is found again are its own."""
        beside = self._instances.known(instance).instance
        place = Place(instance, beside.index, self.state.files / instance, self.state.run, beside.endpoints)
        rendering = Rendering(Workload(beside.workload, beside.kind, command=command), place, self._sources)
        found = await self.invocation(Workload(beside.workload, beside.kind), tuple(rendering.command()), like=instance)
        log = self._passing_log(instance)
        try:
            name = f"probe.{beside.workload}"
            code = await self.run_to_end(found.command, found.env, Path(found.cwd), log, name=name, hosts=found.hosts)
            return Ran(code, tail_text(log))
        finally:
            log.unlink(missing_ok=True)

    async def invocation(
        self, workload: Workload, command: tuple[str, ...], *, like: str = "", endpoints: Mapping[str, Endpoint] = {}
    ) -> Invocation:
        return self.told(workload, command, like=like, endpoints=endpoints)

    def told(
        self, workload: Workload, command: tuple[str, ...], *, like: str = "", endpoints: Mapping[str, Endpoint] = {}
    ) -> Invocation:
        """Nobody has to be asked for it here."""
        if like:
            hosts = self.state.instances / like / HOSTS
            return _like(self._instances.known(like), command, str(hosts) if hosts.exists() else "")
        name = f"{workload.name}-run"
        scratch = self.state.run / workload.name
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        listens = endpoints or self._addressing.anywhere(workload)
        place = Place(name, 0, self.state.files / name, scratch, listens, self.state.view(name))
        return self._rendered(workload, command, place)

    def _rendered(self, workload: Workload, command: tuple[str, ...], place: Place, instance: str = "") -> Invocation:
        """With `instance` the environment names it, so that whatever is started from there is known as its own."""
        rendering = Rendering(workload, place, self._sources)
        write_files(rendering, place.files, place.view)
        env = self._base.env(workload, rendering, instance)
        hosts = self._hosts(workload, place.scratch)
        return Invocation(command or tuple(rendering.command()), env, str(rendering.cwd()), hosts)

    # Looking into instances

    async def processes(self, instances: Iterable[str]) -> dict[str, tuple[Process, ...]]:
        members = await self._instances.members(instances)
        # In a thread: the proportional size of a JVM takes the kernel a while.
        return {name: await asyncio.to_thread(inspect, pids) for name, pids in members.items()}

    async def usage(self, instances: Iterable[str]) -> dict[str, Usage]:
        found = await self.processes(instances)
        return {name: added_up(processes, self._log_size(name)) for name, processes in found.items() if processes}

    def _log_size(self, instance: str) -> int:
        log = self.state.log(self._instances.known(instance).instance.workload, instance)
        return log.stat().st_blocks * 512 if log.exists() else 0

    async def copy_out(self, instance: str, path: str, destination: str) -> str:
        return await asyncio.to_thread(copy, _in_its_folder(self._instances.known(instance), path), destination)

    async def copy_in(self, instance: str, source: str, path: str) -> str:
        target = _in_its_folder(self._instances.known(instance), path)
        check_own(target, instance, self.state, self._sources.artifact(""))
        return await asyncio.to_thread(copy, source, target)


def _in_its_folder(tracked: Tracked, path: str) -> str:
    """As text: a `/` or `/.` at the end means something."""
    if tracked.gone.is_set():
        raise DriverFailed(f"{tracked.id} doesn't run any more")
    return path if path.startswith("/") else f"{Path(f'/proc/{tracked.instance.pid}/cwd').readlink()}/{path}"


def _like(tracked: Tracked, command: tuple[str, ...], hosts: str) -> Invocation:
    """With exactly what a running instance was given: its environment isn't on disk, but the kernel knows it."""
    pid = tracked.instance.pid
    env = {} if tracked.gone.is_set() else environment(pid)
    if not env:
        raise DriverFailed(f"{tracked.id} doesn't run any more")
    return Invocation(command, env, str(Path(f"/proc/{pid}/cwd").readlink()), hosts)

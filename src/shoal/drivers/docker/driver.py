"""The Docker driver: instances are containers of an engine, known by their labels.

What is kept on this machine (secrets, allotted ports, releases, the mesh's files, logs) lies in the state folder, as on
the target process; so does the keeper, which looks after the daemon and whatever it builds.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shoal.drivers.docker import archive, container, inside, labels, places, programs
from shoal.drivers.docker.connection import asking, check_here, connect, is_here
from shoal.drivers.docker.containers import Containers
from shoal.drivers.docker.images import Programs, capabilities, pulled
from shoal.drivers.docker.refusals import refused
from shoal.drivers.docker.tracked import Tracked
from shoal.drivers.docker.volumes import Volumes
from shoal.drivers.driver import Capabilities, Invocation, LogFile, Ran
from shoal.drivers.process import admin, atomic, publish
from shoal.drivers.process.census import REALM
from shoal.drivers.process.driver import ProcessDriver
from shoal.drivers.process.environment import markers
from shoal.drivers.process.keepership import Daemon
from shoal.drivers.process.logs.reader import piece
from shoal.drivers.process.logs.shelf import Shelf
from shoal.drivers.process.ports import Allotments, check_allowed, in_use, is_free
from shoal.drivers.process.records import Spec
from shoal.drivers.process.render import Place, Rendering, Sources
from shoal.drivers.process.state import State
from shoal.drivers.process.vault import Vault
from shoal.errors import DriverFailed
from shoal.mesh import tls
from shoal.mesh.links import GATEWAY
from shoal.mesh.plain import PLAIN
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance
from shoal.model.snapshot import Snapshot
from shoal.model.usage import Process, Usage
from shoal.model.values import Value
from shoal.model.workload import Edge, Workload

if TYPE_CHECKING:
    from aiodocker import Docker

KEPT_LOGS = 10
SHELL = (sys.executable, "-I", "-m", "shoal.drivers.docker.shell")
OUTSIDE = (GATEWAY, PLAIN)
"""Addresses of the mesh that this machine dials: all others are dialled from within."""


class DockerDriver:
    """`state` is the state folder of one app, environment and target."""

    def __init__(
        self,
        state: Path,
        *,
        daemon: Daemon | None = None,
        clock: Callable[[], float] = time.time,
        kept_logs: int = KEPT_LOGS,
        connection: Callable[[], Docker] = connect,
        image: Callable[[Docker, Workload], Awaitable[str]] = pulled,
    ) -> None:
        self.state = State(state.absolute())
        # One core stays for those who serve.
        self.capabilities = Capabilities(abreast=max(1, len(os.sched_getaffinity(0)) - 1), enclosed=True)
        self._clock = clock
        self._connection, self._image = connection, image
        self._here = ProcessDriver(state, daemon=daemon, clock=clock)
        self._vault = Vault(self.state.secrets)
        self._shelf = Shelf(self.state.logs, kept_logs)
        self._allotments = Allotments(self.state.ports)
        self._docker: Docker | None = None
        self._backing: dict[str, Endpoint] = {}

    # Coming and going

    async def open(self, wake: Callable[[], None]) -> None:
        """Adopts what runs. Raises Busy when another driver has the folder, StateDamaged, ToolMissing."""
        await self._here.open(wake)
        try:
            self._docker = self._connection()
            check_here(self._docker)
            self._volumes = Volumes(self._docker, self._project, self.state.realm)
            self._containers = Containers(self._docker, self.state, self._volumes.network, self._clock)
            self._programs = Programs(self._docker)
            for left in self.state.run.glob("*.json"):  # of commands that never came to run
                left.unlink()
            await self._volumes.open()
            await self._containers.open(wake)
            self._remember()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Lets go; whatever runs goes on."""
        if self._docker is not None:
            await self._containers.close()
            await self._docker.close()
            self._docker = None
        await self._here.close()

    @property
    def _project(self) -> str:
        """What containers, volumes and the network are called by: the app's folder tells two copies apart."""
        root = self.state.root
        return f"shoal-{root.parent.parent.name}-{root.parent.name}".lower().replace(" ", "-")[-50:].lstrip("-_.")

    async def observe(self) -> tuple[Instance, ...]:
        """What was built when a daemon was killed is still this machine's."""
        return (*await self._here.observe(), *self._containers.all())

    # Starting

    async def start(self, workload: Workload, index: int, *, failures: int = 0) -> Instance:
        # Not to be interrupted half-way: a container that was made must be known here.
        return await asyncio.shield(asyncio.create_task(self._start(workload, index, failures)))

    async def _start(self, workload: Workload, index: int, failures: int, *, errand: bool = False) -> Instance:
        instance = self._instance(workload, index, failures)
        self._containers.starting[instance.id] = instance
        if not errand:
            self._shelf.begin(self.state.log(workload.name, instance.id), instance.started)
        try:
            with refused(workload), asking(f"{workload.name} can't be started"):
                return (await self._attempt(workload, instance, errand=errand)).instance
        except BaseException:
            self._shelf.prune(workload.name, self._containers.recorded() - {instance.id})
            raise
        finally:
            del self._containers.starting[instance.id]

    async def _attempt(self, workload: Workload, instance: Instance, *, errand: bool) -> Tracked:
        spec = Spec(instance, workload.stop, workload.limits)
        rendering = self._rendering(workload, instance)
        files = self._files(workload, rendering)
        run = self._run_of(workload, instance, rendering)
        body = await self._body(workload, instance, run, errand=errand)
        made = await self.client.containers.create(body, name=f"{self._project}-{instance.id}")
        try:
            for at, packed in files:
                await made.put_archive(str(at), packed)  # type: ignore[no-untyped-call]
            await self._programs.check(made.id, workload, body)
            if workload.kind == "mesh":
                publish.prepare(self.state.xds)
                (self.state.mesh / publish.ADMIN_SOCKET).unlink(missing_ok=True)
            await made.start()
            shown = await made.show()
        except BaseException:
            await self._containers.remove_container(made.id)
            raise
        tracked = Tracked(made.id, spec, errand=errand)
        self._containers.follow(tracked, shown)
        return tracked

    async def _body(
        self, workload: Workload, instance: Instance, run: container.Run, *, errand: bool
    ) -> container.Json:
        spec = Spec(instance, workload.stop, workload.limits)
        image = await self._image(self.client, workload)
        await self._volumes.ensure_network()
        return container.body(workload, run, await self._frame(workload, spec, image, errand=errand))

    def _instance(self, workload: Workload, index: int, failures: int) -> Instance:
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
            endpoints=self._endpoints(workload),
            after=tuple(after.name for after in workload.after),
        )

    def _endpoints(self, workload: Workload) -> dict[str, Endpoint]:
        """At which numbers it listens; at which address the engine says when it runs."""
        numbers = places.numbers(workload.ports)
        if workload.stable_ports:
            self._known(workload.name, numbers)
        return {name: Endpoint("", number) for name, number in numbers.items()}

    def _known(self, name: str, numbers: Mapping[str, int]) -> None:
        """Where a backing service listens, for those who dial it: its first port goes by its name alone."""
        for port, number in numbers.items():
            self._backing[f"{name}:{port}"] = Endpoint(name, number)
        self._backing[name] = Endpoint(name, next(iter(numbers.values())))

    def _remember(self) -> None:
        for instance in self._containers.all():
            if instance.kind == "backing" and instance.endpoints:
                self._known(instance.workload, {name: at.port for name, at in instance.endpoints.items()})

    def _rendering(self, workload: Workload, instance: Instance) -> Rendering:
        at = {name: Endpoint(places.ANYWHERE, endpoint.port) for name, endpoint in instance.endpoints.items()}
        place = Place(instance.id, instance.index, places.FILES, places.SCRATCH, at, host=places.ANYWHERE)
        # A container's working folder is its own already: files are placed in it itself.
        view = Rendering(workload, place, self._sources(workload)).home()
        return Rendering(workload, msgspec.structs.replace(place, view=view), self._sources(workload))

    def _sources(self, workload: Workload) -> Sources:
        return Sources(
            address=self._inside,
            secret=self._vault.read,
            program=lambda name: programs.find(name).path,
            artifact=lambda key: places.artifact(workload.artifact, key),
            data=lambda name: places.DATA / name,
            meshdir=places.MESH,
        )

    def _env(self, workload: Workload, rendering: Rendering, instance: Instance) -> dict[str, str]:
        mine = markers(self.state.realm, workload.name, instance.id, instance.index)
        # By its labels is it found again; by the word of this folder it would be taken for a process of this machine's.
        del mine[REALM]
        library = {"PYTHONPATH": str(places.LIBRARY)} if inside.is_ours(workload) else {}
        return mine | library | rendering.port_variables() | rendering.env()

    def _run_of(self, workload: Workload, instance: Instance, rendering: Rendering) -> container.Run:
        env = self._env(workload, rendering, instance)
        if workload.image is None:
            return container.Run(rendering.command(), env, str(rendering.cwd()))
        given = workload.image.entrypoint
        entrypoint = None if given is None else [word.render(rendering.resolve) for word in given]
        folder = str(rendering.cwd()) if workload.cwd.parts else ""
        return container.Run(rendering.command(), env, folder, entrypoint)

    def _files(self, workload: Workload, rendering: Rendering) -> Iterator[tuple[Path, bytes]]:
        """What the instance finds when it starts: folder -> what is to be unpacked there. A volume takes it even where
        the root may not be written to."""
        files = rendering.files()
        if inside.is_ours(workload):
            files |= inside.library(places.LIBRARY)
        owner = os.getuid() if workload.kind == "mesh" else places.owner(workload)
        public = workload.image is not None and not workload.security.user
        # A file system of its own takes over the mode of what it covers, but not whose that was.
        folders = {places.OWN: 0o755, places.FILES: 0o700, places.SCRATCH: 0o1777 if workload.limits.disk else 0o700}
        mine = {path: copy for path, copy in files.items() if places.OWN in path.parents}
        yield places.OWN, archive.of_files(mine, places.OWN, owner, folders, public=public)
        if others := {path: copy for path, copy in files.items() if path not in mine}:
            yield Path("/"), archive.of_files(others, Path("/"), owner, {}, public=public)
        if workload.data:
            # In a folder of the volume's: that itself is root's.
            yield places.DATA, archive.of_files({}, places.DATA, owner, {places.DATA / workload.data: 0o700})

    async def _frame(self, workload: Workload, spec: Spec, image: str, *, errand: bool) -> container.Frame:
        mesh = workload.kind == "mesh"
        plain = workload.kind in ("backing", "mesh") or workload.image is not None
        return container.Frame(
            image=image,
            network=self._volumes.network,
            labels=labels.of(spec, self.state.realm, errand=errand),
            user=f"{os.getuid()}:{os.getgid()}" if mesh else places.user(workload),
            mounts=[*await self._mounts(workload), *(self._shared() if mesh else ())],
            published=places.published(workload.ports),
            aliases=[workload.name, *workload.aliases] if plain else list(workload.aliases),
            writable=not workload.security.read_only
            or any(name.startswith(("./", "/")) for name in (*workload.files, *workload.copies)),
            capabilities=capabilities(workload),
            # An image of others' has a first process of its own choice.
            init=workload.image is None,
        )

    async def _mounts(self, workload: Workload) -> list[container.Json]:
        mounts = [container.volume("", str(places.OWN))]
        if workload.data:
            mounts.append(container.volume(await self._volumes.ensure(workload.data), str(places.DATA)))
        for given in workload.mounts:
            name = await self._volumes.ensure_named(given.source) if given.kind == "volume" else ""
            if given.create and not Path(given.source).exists():
                Path(given.source).mkdir(parents=True)
            mounts.append(container.mount(given, name))
        return mounts

    def _shared(self) -> list[container.Json]:
        """What the mesh reads, and its admin's socket."""
        self.state.certificates.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [
            container.bind(str(self.state.mesh), str(places.MESH)),
            container.bind(str(self.state.certificates), str(places.CERTIFICATES), read_only=True),
        ]

    @property
    def client(self) -> Docker:
        assert self._docker is not None
        return self._docker

    # Ending

    async def stop(self, instance: str, *, grace: float | None = None) -> None:
        if instance not in self._containers.recorded():
            await self._here.stop(instance, grace=grace)
            return
        tracked = self._containers.known(instance)
        patience = tracked.spec.stop.grace if grace is None else grace
        await asyncio.shield(asyncio.create_task(self._containers.stop(tracked, patience)))

    async def signal(self, instance: str, number: int) -> None:
        tracked = self._containers.known(instance)
        tracked.sent = number
        with asking(f"signalling {instance}"):
            made = self.client.containers.container(tracked.container)
            # To its first process alone a stop would mean nothing.
            if number == signal.SIGSTOP:
                await made.pause()
            elif number == signal.SIGCONT:
                await made.unpause()
            else:
                await self._containers.kill(tracked, signal.Signals(number).name)

    async def forget(self, instance: str) -> None:
        if instance not in self._containers.recorded():
            await self._here.forget(instance)
            return
        with asking(f"forgetting {instance}"):
            removed = await self._containers.forget(instance)
        self._shelf.prune(removed.workload, self._containers.recorded())

    async def fill(self, instance: str, *, full: bool) -> None:
        limit = self._containers.running(instance).spec.limits.disk
        if not limit:
            raise DriverFailed(f"{instance} has no limit of its disk", hint="Give it one: limits: {disk: 64Mi}")
        ran = await self._run(instance, inside.filling(limit) if full else inside.emptying())
        if ran.code not in (0, 1):
            raise DriverFailed(f"{instance}: its disk can't be filled: {ran.said.strip()}")

    async def attach(self, workload: Workload, pid: int, endpoints: Mapping[str, Endpoint]) -> Invocation:
        hint = "on the target process it can (shoal up --target process)"
        raise DriverFailed(
            "a process of this machine can't stand in for a container: the mesh can't reach it", hint=hint
        )

    # The mesh and its addresses

    def addresses(self, names: Iterable[str]) -> dict[str, Endpoint]:
        """As this machine dials them: the gateway's; all others can be dialled from within alone."""
        return {name: self._backing.get(name) or self._allotments.of([name])[name] for name in names}

    def bound(self, names: Iterable[str]) -> dict[str, Endpoint]:
        """Anywhere within the container."""
        return {name: Endpoint(places.ANYWHERE, at.port) for name, at in self._allotments.of(names).items()}

    def named(self, edges: Iterable[Edge]) -> dict[str, Endpoint]:
        return {}

    def vacant(self, name: str, endpoint: Endpoint) -> None:
        if endpoint.port:
            check_allowed(name, endpoint.port)
        if not endpoint.port or is_free(endpoint.port, endpoint.host):
            return
        if self._allotments.known().get(name) != endpoint or self._mesh() is None:
            raise in_use(name, endpoint)

    def fix(self, name: str, endpoint: Endpoint) -> None:
        self._allotments.fix(name, endpoint)

    def _inside(self, name: str) -> Endpoint:
        """An address as containers dial it."""
        if name in self._backing:
            return self._backing[name]
        if name in OUTSIDE:
            return self._allotments.of([name])[name]
        if "->" not in name:
            raise DriverFailed(f"{name} has no address yet", hint=f"start it first: shoal up {name}")
        return Endpoint(places.MESH_ALIAS, self._allotments.of([name])[name].port)

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
        alive = (one for one in self._containers.all() if one.alive and one.phase != "stopping")
        return next((one for one in alive if one.kind == "mesh"), None)

    # Limits

    def lacking(self, desired: Desired) -> tuple[str, ...]:
        named = any(workload.names or workload.strangers for workload in desired.workloads)
        if not named:
            return ()
        return ("plain names: services find each other by their variables alone on the target docker",)

    async def look_at_disks(self) -> None:
        """The kernel itself keeps them."""

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
        file = self.state.certificates / f"{name}.json"
        atomic.write(file, tls.secret(name, chain, key), lasting=True, through=self.state.secrets)

    def certificates(self) -> dict[str, str]:
        return {file.stem: tls.chain(file.read_text()) for file in self.state.certificates.glob("*.json")}

    def data(self) -> dict[str, str]:
        return dict(self._volumes.incarnations)

    async def drop_data(self) -> None:
        if any(self._containers.alive()):
            raise DriverFailed("something still runs", hint="stop it first")
        for instance in self._containers.all():
            await self._containers.forget(instance.id)
        await self._volumes.drop()
        await self._here.drop_data()
        self._allotments.drop()

    def logs(self, workloads: Iterable[str] = ()) -> tuple[LogFile, ...]:
        return self._shelf.files(workloads)

    def printed(self, instance: str, offset: int) -> tuple[bytes, int]:
        return piece(self.state.log(self._containers.known(instance).instance.workload, instance), offset)

    def look_at_logs(self) -> None:
        alive = [self.state.log(i.workload, i.id) for i in self._containers.all() if i.alive]
        self._shelf.look(self._clock(), alive)

    # Running something beside the instances

    async def run_to_end(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path, *, name: str = "errand"
    ) -> int:
        """What is built is built on this machine."""
        return await self._here.run_to_end(command, env, cwd, log, name=name)

    async def errand(self, workload: Workload) -> Ran:
        started = await asyncio.shield(asyncio.create_task(self._start(workload, 0, 0, errand=True)))
        tracked = self._containers.known(started.id)
        try:
            await tracked.done.wait()
            said = await inside.said(self.client, tracked.container)
            return Ran(255 if tracked.instance.exit is None else tracked.instance.exit, said)
        finally:
            await asyncio.shield(asyncio.create_task(self._over(tracked)))

    async def _over(self, tracked: Tracked) -> None:
        await self._containers.stop(tracked, 0)
        await self._containers.forget(tracked.id)

    async def exec(self, instance: str, command: tuple[Value, ...]) -> Ran:
        tracked = self._containers.running(instance)
        beside = Workload(tracked.instance.workload, tracked.instance.kind, command=command)
        return await self._run(instance, self._rendering(beside, tracked.instance).command())

    async def _run(self, instance: str, command: Sequence[str]) -> Ran:
        tracked = self._containers.running(instance)
        with (
            refused(Workload(tracked.instance.workload, tracked.instance.kind, command=())),
            asking(f"exec {instance}"),
        ):
            return await inside.run(self.client, tracked.container, command)

    async def invocation(
        self, workload: Workload, command: tuple[str, ...], *, like: str = "", endpoints: Mapping[str, Endpoint] = {}
    ) -> Invocation:
        engine = str(self.client._connection_info)
        if like:
            tracked = self._containers.running(like)
            via = (*SHELL, "exec", engine, tracked.container, tracked.cwd)
            return Invocation(command, dict(tracked.env), tracked.cwd, via=via)
        instance = self._instance(workload, 0, 0)
        rendering = self._rendering(workload, instance)
        run = self._run_of(workload, instance, rendering)
        with refused(workload), asking(f"{workload.name} can't be run"):
            body = await self._body(workload, instance, run, errand=True)
        packed = [(str(at), base64.b64encode(data).decode()) for at, data in self._files(workload, rendering)]
        self.state.run.mkdir(mode=0o700, exist_ok=True)
        # It holds passwords: whoever reads it deletes it.
        file = self.state.run / f"{instance.id}.json"
        atomic.write(file, json.dumps({"name": f"{self._project}-{instance.id}", "body": body, "files": packed}))
        words = command or tuple(run.command)
        return Invocation(words, dict(run.env), run.folder, via=(*SHELL, "run", engine, str(file)))

    # Looking into instances

    async def processes(self, instances: Iterable[str]) -> dict[str, tuple[Process, ...]]:
        with asking("looking into containers"):
            here, known = is_here(self.client), self._containers.known
            return {name: await inside.processes(self.client, known(name), here=here) for name in instances}

    async def usage(self, instances: Iterable[str]) -> dict[str, Usage]:
        found = {}
        with asking("looking into containers"):
            for name in instances:
                tracked = self._containers.known(name)
                if not tracked.done.is_set():
                    found[name] = await inside.usage(self.client, tracked, self._log_size(tracked), self._clock())
        return found

    def _log_size(self, tracked: Tracked) -> int:
        log = self.state.log(tracked.instance.workload, tracked.id)
        return log.stat().st_blocks * 512 if log.exists() else 0

    async def copy_out(self, instance: str, path: str, destination: str) -> str:
        tracked = self._containers.running(instance)
        return await inside.copy_out(self.client, tracked, path, destination)

    async def copy_in(self, instance: str, source: str, path: str) -> str:
        tracked = self._containers.running(instance)
        return await inside.copy_in(self.client, tracked, source, path)

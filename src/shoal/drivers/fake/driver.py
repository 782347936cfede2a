"""A driver without a platform: deterministic, instant, and failing on request. It is how the loop is tested."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from shoal.drivers.copying import kind_of, landing
from shoal.drivers.driver import Capabilities, Invocation, LogFile, Ran
from shoal.drivers.fake.files import Files, read, write
from shoal.drivers.fake.platform import Behaviour, Platform, Running
from shoal.drivers.process.render import Place, Rendering, Sources
from shoal.errors import DriverFailed, PortInUse, StartFailed, StateDamaged, ToolMissing, UsageError
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance
from shoal.model.snapshot import Snapshot
from shoal.model.usage import Process, Usage
from shoal.model.values import Value
from shoal.model.workload import Edge, Workload

HOST = "127.0.0.1"
FIRST_PORT = 20000
KILLED = -9
ROOT = Path("/fake")


class FakeDriver:
    """Drives `platform`; another driver on the same platform finds what this one left running. With a `clock` of
    your own, call `settle` after you moved it: whatever ended by then has ended."""

    capabilities = Capabilities()

    def __init__(
        self,
        platform: Platform | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.platform = platform or Platform()
        self._clock = clock
        self._sleep = sleep
        self._wake: Callable[[], None] = lambda: None
        self._sources = Sources(
            address=lambda name: self.addresses([name])[name],
            secret=self._secret,
            program=lambda name: f"{ROOT}/bin/{name}",
            artifact=lambda key: ROOT / "artifacts" / key,
            data=lambda name: ROOT / "data" / name,
            meshdir=ROOT / "mesh",
        )

    async def open(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        for running in self.platform.running.values():
            self._alarm(running)

    async def close(self) -> None:
        self._wake = lambda: None

    async def observe(self) -> tuple[Instance, ...]:
        self.settle()
        return tuple(running.instance for running in self.platform.running.values())

    async def start(self, workload: Workload, index: int, *, failures: int = 0) -> Instance:
        self.platform.calls.append(f"start {workload.name}/{index}")
        behaviour = self.platform.behaviour(workload.name, index)
        if behaviour.missing:
            raise ToolMissing(f"{workload.name}: the program isn't there")
        if behaviour.fails:
            raise StartFailed(f"{workload.name}: {behaviour.fails}")
        instance = self._instance(workload, index, failures)
        running = Running(instance, workload, behaviour, self._env(workload, instance))
        if behaviour.exits_after is not None:
            running.ends, running.code = instance.started + behaviour.exits_after, behaviour.code
        self.platform.running[instance.id] = running
        self.platform.logs[LogFile(workload.name, instance.id, f"{ROOT}/logs/{instance.id}.log")] = behaviour.output
        self._alarm(running)
        return instance

    async def stop(self, instance: str, *, grace: float | None = None) -> None:
        self.platform.calls.append(f"stop {instance}")
        running = self._known(instance)
        if not running.instance.alive:
            return
        running.instance = msgspec.structs.replace(running.instance, phase="stopping")
        patience = running.workload.stop.grace if grace is None else grace
        await self._sleep(min(running.behaviour.stops_after, patience))
        in_time = running.behaviour.stops_after <= patience and patience > 0
        running.ends, running.code = self._clock(), 0 if in_time else KILLED
        running.reason = "stopped" if in_time else "killed: it didn't end when asked to"
        self.settle()

    async def signal(self, instance: str, number: int) -> None:
        """Nothing but SIGKILL shows."""
        self.platform.calls.append(f"signal {instance} {number}")
        if self._known(instance).instance.alive and number == -KILLED:
            self.crash(instance, KILLED)

    async def fill(self, instance: str, *, full: bool) -> None:
        self.platform.calls.append(f"{'fill' if full else 'empty'} {instance}")
        if not self._known(instance).workload.limits.disk:
            raise DriverFailed(f"{instance} has no limit of its disk")

    async def attach(self, workload: Workload, pid: int, endpoints: Mapping[str, Endpoint]) -> Invocation:
        """Ends by `crash`."""
        self.platform.calls.append(f"attach {workload.name}")
        plain = self._instance(msgspec.structs.replace(workload, ports=()), 0, 0)
        instance = msgspec.structs.replace(plain, pid=pid, endpoints=dict(endpoints), attached=True)
        env = self._env(workload, instance)
        self.platform.running[instance.id] = Running(instance, workload, Behaviour(), env)
        self._wake()
        return Invocation((), env, str(ROOT))

    async def forget(self, instance: str) -> None:
        self.platform.calls.append(f"forget {instance}")
        if self._known(instance).instance.alive:
            raise DriverFailed(f"{instance} still runs")
        del self.platform.running[instance]

    async def numbers(self, target: str) -> str:
        if target not in self.platform.numbers:
            raise DriverFailed("there is no mesh that counts")
        return self.platform.numbers[target]

    async def publish(self, snapshot: Snapshot) -> None:
        self.platform.calls.append(f"publish {snapshot.version}")
        if self.platform.refuse:
            raise DriverFailed(f"the mesh refused the configuration {snapshot.version}", hint=self.platform.refuse)
        self.platform.snapshots.append(snapshot)

    def addresses(self, names: Iterable[str]) -> dict[str, Endpoint]:
        known = self.platform.addresses
        return {name: known.setdefault(name, Endpoint(HOST, FIRST_PORT + len(known))) for name in names}

    def bound(self, names: Iterable[str]) -> dict[str, Endpoint]:
        return self.addresses(names)

    def vacant(self, name: str, endpoint: Endpoint) -> None:
        return None

    def fix(self, name: str, endpoint: Endpoint) -> None:
        self.platform.addresses[name] = endpoint if endpoint.port else self.addresses([name])[name]

    def named(self, edges: Iterable[Edge]) -> dict[str, Endpoint]:
        named = {edge.id: edge for edge in edges if edge.named}
        hosts = self.addresses(edge.host_key + " host" for edge in named.values())
        # An address of the fake is a number: it tells the hosts apart.
        parts = {name: hosts[edge.host_key + " host"].port for name, edge in named.items()}
        return {name: Endpoint(f"127.64.{at >> 8}.{at & 255}", named[name].named) for name, at in parts.items()}

    def lacking(self, desired: Desired) -> tuple[str, ...]:
        asked = {kind for workload in desired.workloads for kind in workload.limits.asked()}
        return tuple(text for kind, text in self.platform.lacks.items() if kind in asked)

    def set_secret(self, name: str, value: str) -> str:
        digest = self.secret_digest(value)
        self.platform.secrets[_content(name, digest)] = value
        return digest

    def secret_digest(self, value: str) -> str:
        return hashlib.sha256(f"fake:{value}".encode()).hexdigest()

    def discard_secrets(self, kept: Mapping[str, Collection[str]]) -> None:
        spared = {_content(name, digest) for name, digests in kept.items() for digest in digests}
        for known in list(self.platform.secrets):
            if known not in spared and ("=" in known or known in kept):
                del self.platform.secrets[known]

    def make_secret(self, name: str, length: int) -> None:
        self.platform.secrets.setdefault(name, (f"secret-{name}-" * length)[:length])

    def secret(self, name: str, digest: str = "") -> str:
        return self._secret(name, digest)

    def certify(self, name: str, chain: str, key: str) -> None:
        self.platform.certificates[name] = chain

    def certificates(self) -> dict[str, str]:
        return dict(self.platform.certificates)

    def data(self) -> dict[str, str]:
        return dict(self.platform.data)

    async def drop_data(self) -> None:
        self.platform.calls.append("drop data")
        if any(instance.alive for instance in await self.observe()):
            raise DriverFailed("something still runs")
        for kept in (self.platform.data, self.platform.secrets, self.platform.addresses, self.platform.running):
            kept.clear()
        self.platform.certificates.clear()

    def logs(self, workloads: Iterable[str] = ()) -> tuple[LogFile, ...]:
        wanted = set(workloads)
        return tuple(log for log in self.platform.logs if not wanted or log.workload in wanted)

    def printed(self, instance: str, offset: int) -> tuple[bytes, int]:
        self._known(instance)
        lines = next((lines for log, lines in self.platform.logs.items() if log.instance == instance), ())
        text = "".join(f"{line}\n" for line in lines).encode()
        return text[offset:], max(offset, len(text))

    async def exec(self, instance: str, command: tuple[Value, ...]) -> Ran:
        running = self._known(instance)
        if not running.instance.alive:
            raise DriverFailed(f"{instance} doesn't run any more")
        place = Place(instance, running.instance.index, ROOT, ROOT, running.instance.endpoints)
        words = Rendering(Workload(running.workload.name, "service", command=command), place, self._sources).command()
        self.platform.calls.append(f"exec {instance}: {' '.join(words)}")
        await self._sleep(running.behaviour.answers_after)
        return running.behaviour.answer

    async def errand(self, workload: Workload) -> Ran:
        behaviour = self.platform.behaviour(workload.name, 0)
        self.platform.calls.append(f"errand {workload.name}")
        await self._sleep(behaviour.answers_after)
        return behaviour.answer

    async def invocation(
        self, workload: Workload, command: tuple[str, ...], *, like: str = "", endpoints: Mapping[str, Endpoint] = {}
    ) -> Invocation:
        env = self._known(like).env if like else self._env(workload, None, endpoints)
        return Invocation(command, env, str(ROOT))

    async def processes(self, instances: Iterable[str]) -> dict[str, tuple[Process, ...]]:
        return {name: _processes(self._known(name), self._clock()) for name in instances}

    async def usage(self, instances: Iterable[str]) -> dict[str, Usage]:
        found = await self.processes(instances)
        return {name: self._usage(name, processes[0]) for name, processes in found.items() if processes}

    def _usage(self, name: str, one: Process) -> Usage:
        lines = next(lines for log, lines in self.platform.logs.items() if log.instance == name)
        log = sum(len(line) + 1 for line in lines)
        return Usage(self._clock(), one.cpu, one.memory, one.measure, 1, one.threads, one.descriptors, log)

    async def copy_out(self, instance: str, path: str, destination: str) -> str:
        files = self._files(instance)
        source = files.path(path)
        if not files.at(source):
            raise UsageError(f"there is no {source}")
        target = landing(source, files.at(source), destination, kind_of)
        write(Path(target), files.below(source))
        return target

    async def copy_in(self, instance: str, source: str, path: str) -> str:
        files = self._files(instance)
        if not kind_of(source):
            raise UsageError(f"there is no {source}")
        target = landing(source, kind_of(source), files.path(path), files.at)
        files.put(target, read(Path(source)))
        return target

    def _files(self, instance: str) -> Files:
        if not self._known(instance).instance.alive:
            raise DriverFailed(f"{instance} doesn't run any more")
        return Files(self.platform.files.setdefault(instance, {}), str(ROOT))

    # For tests

    def behave(self, workload: str, behaviour: Behaviour) -> None:
        """How instances of a workload (`users`), or of one slot (`users/0`), behave from their next start on."""
        self.platform.behaviours[workload] = behaviour

    def ready(self, instance: str) -> bool:
        """What a probe of the instance would find now."""
        running = self._known(instance)
        after = running.behaviour.ready_after
        return running.instance.alive and after is not None and self._clock() >= running.instance.started + after

    def crash(self, instance: str, code: int = 1) -> None:
        """Ends an instance now, as if by itself."""
        running = self._known(instance)
        running.ends, running.code = self._clock(), code
        self.settle()

    def settle(self) -> None:
        """Whatever has ended by now has ended; wakes the loop if something did."""
        ended = [running for running in self.platform.running.values() if self._over(running)]
        for running in ended:
            running.instance = msgspec.structs.replace(
                running.instance,
                phase="exited",
                ended=running.ends or 0.0,
                exit=running.code,
                reason=running.reason
                or ("detached" if running.instance.attached else f"exited with code {running.code}"),
            )
        if ended:
            self._wake()

    def _over(self, running: Running) -> bool:
        return running.instance.alive and running.ends is not None and running.ends <= self._clock()

    def _alarm(self, running: Running) -> None:
        if running.instance.alive and running.ends is not None:
            asyncio.get_running_loop().call_later(max(0.0, running.ends - self._clock()), self.settle)

    def _known(self, instance: str) -> Running:
        if instance not in self.platform.running:
            raise DriverFailed(f"there is no instance {instance}")
        return self.platform.running[instance]

    def _instance(self, workload: Workload, index: int, failures: int) -> Instance:
        number = self.platform.number()
        if workload.data:
            self.platform.data.setdefault(workload.data, f"incarnation-{number}")
        return Instance(
            id=f"{workload.name}-{index}-{number}",
            workload=workload.name,
            kind=workload.kind,
            revision=workload.revision,
            index=index,
            nonce=workload.nonce,
            pid=number,
            started=self._clock(),
            failures=failures,
            incarnation=self.platform.data.get(workload.once_per, ""),
            endpoints=self._endpoints(workload, number),
            after=tuple(after.name for after in workload.after),
        )

    def _endpoints(self, workload: Workload, number: int) -> dict[str, Endpoint]:
        found = {}
        for place, port in enumerate(workload.ports):
            name = f"{workload.name}:{port.name}" if place else workload.name
            if not workload.stable_ports:
                name = f"instance {number} {port.name}"
            found[port.name] = self._fixed(workload, port.number) if port.number else self.addresses([name])[name]
            if workload.stable_ports:
                self.platform.addresses[f"{workload.name}:{port.name}"] = found[port.name]
        return found

    def _fixed(self, workload: Workload, number: int) -> Endpoint:
        for running in self.platform.running.values():
            if running.instance.alive and number in [at.port for at in running.instance.endpoints.values()]:
                raise PortInUse(f"port {number} for {workload.name} is taken by {running.instance.id}")
        return Endpoint(HOST, number)

    def _env(
        self, workload: Workload, instance: Instance | None, endpoints: Mapping[str, Endpoint] = {}
    ) -> dict[str, str]:
        name = instance.id if instance else f"{workload.name}-run"
        if instance:
            endpoints = instance.endpoints
        elif not endpoints:
            loose = tuple(msgspec.structs.replace(port, number=0) for port in workload.ports)
            endpoints = self._endpoints(msgspec.structs.replace(workload, ports=loose), self.platform.number())
        index = instance.index if instance else 0
        place = Place(name, index, ROOT / "files" / name, ROOT / "scratch" / name, endpoints)
        rendering = Rendering(workload, place, self._sources)
        return {"PATH": "/bin"} | rendering.port_variables() | rendering.env()

    def _secret(self, name: str, digest: str) -> str:
        if digest and _content(name, digest) not in self.platform.secrets:
            raise StateDamaged(f"the secret {name} has lost its content")
        return self.platform.secrets.setdefault(_content(name, digest), f"secret-{name}")


def _content(name: str, digest: str) -> str:
    return f"{name}={digest}" if digest else name


def _processes(running: Running, now: float) -> tuple[Process, ...]:
    """One each, which works all the time."""
    instance = running.instance
    if not instance.alive:
        return ()
    command = " ".join(str(word) for word in running.workload.command)
    lived = now - instance.started
    return (Process(instance.pid, 1, "fake", instance.started, lived, 1 << 20, "pss", 1, 3, command),)

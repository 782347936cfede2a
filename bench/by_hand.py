"""The blog's parts without shoal: the same programs with the same arguments and environment, started by this process
in the order of waits that the file declares.

A recording is made of the running app. Then, with the app down:

with recording.laid_out():
    ran = await recording.run(names, answers)
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import processes
from bench.blog import Blog
from shoal.control.probe import dial, fetch
from shoal.desired import compile
from shoal.drivers.process.census import MARKER, REALM
from shoal.drivers.process.keeper.unprivileged import become_unprivileged
from shoal.engine import attach, gather
from shoal.model.app import Probe
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint
from shoal.model.workload import Workload
from shoal.spec import load

ASK_EVERY = 0.01
PATIENCE = 120.0
MESH = "mesh"
ANSWERS = {"users": ("/api/profiles/nobody", 404), "posts": ("/api/tags", 200), "web": ("/", 200)}
"""Service -> a path of the gateway that only it answers, and the answer's status."""


class Part(NamedTuple):
    """One process as shoal started it. `needs` are the parts that must be ready before."""

    name: str
    needs: frozenset[str]
    command: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    probe: Probe | None
    endpoints: Mapping[str, Endpoint]
    unprivileged: bool
    stop: signal.Signals


class Ran(NamedTuple):
    """One start by hand. All in seconds since the beginning; `cpu` is what each part had used when all answered."""

    wall: float
    started: Mapping[str, float]
    ready: Mapping[str, float]
    cpu: Mapping[str, float]


def waits(name: str, desired: Desired) -> frozenset[str]:
    """What a workload waits for when nothing new has to be done: jobs are done, so what they waited for counts."""
    found: set[str] = set()
    workload = desired.workload(name)
    for after in workload.after if workload else ():
        other = desired.workload(after.name)
        if other is not None and other.kind == "job":
            found |= waits(other.name, desired)
        elif other is not None:
            found.add(other.name)
    return frozenset(found)


def chain(name: str, needs: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """A part and all that must be there first."""
    found = {name}
    for other in needs[name]:
        found |= chain(other, needs)
    return frozenset(found)


class Recording:
    """Made while the blog runs. Keeps copies of what `down` removes, in `kept`."""

    def __init__(self, blog: Blog, gateway: str, kept: Path) -> None:
        self._state = blog.state
        self._kept = kept
        host, _, port = gateway.removeprefix("http://").rpartition(":")
        self.gateway = Endpoint(host, int(port))
        app = load(blog.folder / "shoal.yaml", environment="dev", variables=os.environ)
        desired = attach(compile(app, gather(app)))
        rows = blog.instances()
        self.parts = {row["workload"]: _part(row, desired) for row in rows}
        self._files = {row["id"]: self._state / "secrets" / "files" / row["id"] for row in rows}
        self._scratch = [self._state / "instances" / row["id"] / "scratch" for row in rows]
        self._xds = self._state / MESH / "xds"
        for name, folder in self._files.items():
            shutil.copytree(folder, kept / name)
        shutil.copytree(self._xds, kept / "xds")

    def chain(self, name: str) -> frozenset[str]:
        return chain(name, {part.name: part.needs for part in self.parts.values()})

    @contextmanager
    def laid_out(self) -> Iterator[None]:
        """Instances' files and the mesh's configuration, as they were; afterwards the state is as `down` left it."""
        before = self._kept / "xds-before"
        shutil.copytree(self._xds, before)
        shutil.copytree(self._kept / "xds", self._xds, dirs_exist_ok=True)
        (self._state / MESH / "admin.sock").unlink(missing_ok=True)
        for name, folder in self._files.items():
            shutil.copytree(self._kept / name, folder)
        for folder in self._scratch:
            folder.mkdir(parents=True)
        try:
            yield
        finally:
            for folder in (*self._files.values(), *(folder.parent for folder in self._scratch), self._xds):
                shutil.rmtree(folder)
            before.rename(self._xds)

    async def run(self, names: Iterable[str], answers: Iterable[str]) -> Ran:
        """Start these parts, each as soon as it may; when each of `answers` answers through the gateway (without a
        gateway: when it is ready), stop them."""
        return await _Run({name: self.parts[name] for name in names}, self.gateway).whole(tuple(answers))


def _part(row: Mapping[str, object], desired: Desired) -> Part:
    name, pid = str(row["workload"]), int(str(row["pid"]))
    workload = desired.workload(name)
    assert workload is not None
    proc = Path(f"/proc/{pid}")
    command = tuple(os.fsdecode(word) for word in (proc / "cmdline").read_bytes().rstrip(b"\0").split(b"\0"))
    pairs = (os.fsdecode(pair).partition("=") for pair in (proc / "environ").read_bytes().split(b"\0") if pair)
    # Without shoal's marks: they say that a process is an instance.
    env = {key: value for key, _, value in pairs if key not in (MARKER, REALM)}
    endpoints = {key: Endpoint(*at) for key, at in json.loads(json.dumps(row["endpoints"])).items()}
    return Part(
        name,
        waits(name, desired),
        command,
        env,
        str((proc / "cwd").readlink()),
        _first_probe(workload),
        endpoints,
        workload.unprivileged,
        signal.Signals[workload.stop.signal],
    )


def _first_probe(workload: Workload) -> Probe | None:
    return workload.probes.startup or workload.probes.ready


class _Run:
    def __init__(self, parts: Mapping[str, Part], gateway: Endpoint) -> None:
        self._parts = parts
        self._gateway = gateway
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._is_ready = {name: asyncio.Event() for name in parts}
        self._started: dict[str, float] = {}
        self._ready: dict[str, float] = {}
        self._begun = 0.0

    async def whole(self, answers: tuple[str, ...]) -> Ran:
        self._begun = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                for part in self._parts.values():
                    group.create_task(self._bring_up(part))
                if MESH in self._parts:
                    for name in answers:
                        group.create_task(self._answered(name))
            wall = self._now()
            used = processes.cpu(process.pid for process in self._processes.values())
            cpu = {name: used[process.pid] for name, process in self._processes.items()}
            return Ran(wall, dict(self._started), dict(self._ready), cpu)
        finally:
            await self._stop_all()

    def _now(self) -> float:
        return time.monotonic() - self._begun

    async def _bring_up(self, part: Part) -> None:
        for name in part.needs & self._parts.keys():
            await self._is_ready[name].wait()
        self._started[part.name] = self._now()
        self._processes[part.name] = start(part)
        if part.probe:
            at = part.endpoints[part.probe.port or next(iter(part.endpoints))]
            while await dial(part.probe, at):
                self._still_there(part.name)
                await asyncio.sleep(ASK_EVERY)
        self._ready[part.name] = self._now()
        self._is_ready[part.name].set()

    def _still_there(self, name: str) -> None:
        if (code := self._processes[name].poll()) is not None:
            raise SystemExit(f"bench: {name}, started by hand, ended with {code}")

    async def _answered(self, name: str) -> None:
        # Asked before, the gateway would hold the failures against it.
        await self._is_ready[name].wait()
        path, status = ANSWERS[name]
        while not await answers(self._gateway, path, status):  # noqa: ASYNC110 a process can only be asked
            await asyncio.sleep(ASK_EVERY)

    async def _stop_all(self) -> None:
        """Those that others need go last."""
        while self._processes:
            needed = {need for name in self._processes for need in self._parts[name].needs}
            free = {name: self._processes.pop(name) for name in list(self._processes) if name not in needed}
            for name, process in free.items():
                process.send_signal(self._parts[name].stop)
            for process in free.values():
                await _gone(process)


async def answers(gateway: Endpoint, path: str, status: int) -> bool:
    try:
        async with asyncio.timeout(5):
            line = await fetch(gateway, path)
    except (OSError, TimeoutError):
        return False
    return line.split()[1:2] == [str(status).encode()]


def start(part: Part) -> subprocess.Popen[bytes]:
    """In the state folder of the app, which must be down."""
    prepare: Callable[[], None] | None = None
    if part.unprivileged:

        def prepare() -> None:
            become_unprivileged([part.cwd])

    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        part.command,
        env=dict(part.env),
        cwd=part.cwd,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        start_new_session=True,
        preexec_fn=prepare,
        executable=shutil.which(part.command[0], path=part.env.get("PATH")),
    )


async def _gone(process: subprocess.Popen[bytes]) -> None:
    for _ in range(1000):
        if process.poll() is not None:
            return
        await asyncio.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

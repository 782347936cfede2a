"""A stand for backing services: what an engine says is run for real, by the loop and the process driver."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import msgspec

from shoal.backing import Consumer, engine_of
from shoal.backing.engine import Errand
from shoal.build.engines import program
from shoal.control.journal import Journal
from shoal.control.loop import Loop
from shoal.control.progress import Standing, settled
from shoal.desired.revision import revised
from shoal.drivers.driver import Ran
from shoal.drivers.process import launch
from shoal.drivers.process.driver import ProcessDriver
from shoal.model.app import Backing
from shoal.model.desired import Desired
from shoal.model.observed import Instance, Observed
from shoal.model.snapshot import Snapshot
from shoal.model.values import concat
from shoal.model.workload import Artifact, Workload
from tests.scenarios import processes

DEADLINE = 40.0


async def _nothing_to_build(artifact: Artifact) -> None:
    raise AssertionError(artifact)


def _no_mesh(desired: Desired, observed: Observed, going: frozenset[str]) -> Snapshot | None:
    return None


class Stand:
    """`state` is the state folder; all that `want` is told to run, runs there."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.driver = ProcessDriver(state, programs=lambda name: str(program(name)))
        state.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(state / "events.jsonl")
        self.loop = Loop(
            self.driver,
            self.journal,
            build=_nothing_to_build,
            built=lambda desired: frozenset(),
            snapshot=_no_mesh,
        )

    def want(self, backing: Backing, *consumers: Consumer, contents: Mapping[str, str] | None = None) -> None:
        made = engine_of(backing).workloads(backing, consumers, contents or {})
        self._want(tuple(revised(workload, {}) for workload in made))

    def _want(self, workloads: tuple[Workload, ...]) -> None:
        self.loop.desired = Desired(app="stand", workloads=workloads)
        self.loop.wake()

    async def up(self, backing: Backing, *consumers: Consumer, contents: Mapping[str, str] | None = None) -> None:
        """Wants it, and waits until all of it is ready."""
        self.want(backing, *consumers, contents=contents)
        await self.rest()

    async def rest(self) -> None:
        def at_rest() -> bool:
            return settled(self.loop.standings()) and self.loop.at_rest

        if not await self.loop.until(at_rest, DEADLINE):
            raise AssertionError(f"{self.loop.standings()}\n{self.printed()}")

    async def failed(self) -> Standing:
        """The first workload that failed for good."""
        assert await self.loop.until(lambda: bool(self._failures()), DEADLINE), self.loop.standings()
        return self._failures()[0]

    def _failures(self) -> list[Standing]:
        return [standing for standing in self.loop.standings() if standing.state == "failed"]

    async def down(self) -> None:
        self._want(())
        assert await self.loop.until(lambda: not any(i.alive for i in self.loop.observed.instances), DEADLINE)

    async def drop(self) -> None:
        await self.down()
        await self.driver.drop_data()

    async def errand(self, backing: Backing, what: Errand, copy: Path) -> Ran:
        """As `shoal backing` has it done: in the data folder while the server rests, or beside it. `want` again what
        was there."""
        workload = engine_of(backing).errand(backing, what)
        assert isinstance(workload, Workload), workload
        if not workload.data:
            return await asyncio.to_thread(self._beside, workload, what, copy)
        wanted = self.loop.desired.workloads
        await self.down()
        try:
            env = workload.env | {"COPY": concat(str(copy))}
            return await self.driver.errand(msgspec.structs.replace(workload, env=env))
        finally:
            self._want(wanted)
            await self.rest()

    def _beside(self, workload: Workload, what: Errand, copy: Path) -> Ran:
        found = self.driver.told(workload, ())
        source, out = (copy, os.devnull) if what == "restore" else (os.devnull, copy)
        with Path(source).open("rb") as stdin, Path(out).open("wb") as stdout:
            done = subprocess.run(
                found.command,
                env=found.env,
                cwd=found.cwd,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                check=False,
            )
        return Ran(done.returncode, done.stderr.decode())

    def server(self, backing: Backing) -> Instance:
        return next(i for i in self.loop.observed.of(backing.name) if i.alive)

    async def kill(self, backing: Backing) -> None:
        """Ends the server as a crash would, and waits until another is ready."""
        killed = self.server(backing)
        os.kill(killed.pid, signal.SIGKILL)

        def another() -> bool:
            ready = [i.id for i in self.loop.observed.of(backing.name) if i.phase == "ready"]
            return bool(ready) and killed.id not in ready

        assert await self.loop.until(another, DEADLINE), self.printed()

    async def ready(self, backing: Backing) -> None:
        """The very lap that its probe first said yes in."""
        ready = lambda: any(i.phase == "ready" for i in self.loop.observed.of(backing.name))  # noqa: E731
        assert await self.loop.until(ready, DEADLINE), self.printed()

    def jobs(self) -> dict[str, str]:
        """Job -> the id of its run that ended well."""
        return {i.workload: i.id for i in self.loop.observed.instances if i.kind == "job" and i.exit == 0}

    async def run_again(self, job: str) -> None:
        """Runs a job once more on the same data, as a changed one would be."""
        before = self.jobs()[job]
        again = [
            msgspec.structs.replace(w, nonce=f"{w.nonce}again") if w.name == job else w
            for w in self.loop.desired.workloads
        ]
        self._want(tuple(again))
        assert await self.loop.until(lambda: self.jobs().get(job, before) != before, DEADLINE), self.printed()
        await self.rest()

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, str]:
        """What the consumer's environment would hold."""
        values = engine_of(backing).properties(backing, consumer)
        asking = Workload(name=f"{consumer.name}-asks", kind="job", env=values)
        seen = self.driver.told(asking, ("true",)).env
        return {name: seen[name] for name in values}

    def running(self) -> dict[int, str]:
        """Pid -> command line of all that runs here, but for the keeper and us."""
        found = processes.of_state(self.state, [self.state])
        return {pid: line for pid, line in found.items() if "SHOAL_INSTANCE" in processes.environment(pid)}

    def listening(self) -> set[str]:
        """The addresses on which any of them listens."""
        return {host for pid in self.running() for host in processes.hosts(pid)}

    def printed(self, workloads: Sequence[str] = ()) -> str:
        return "\n".join(Path(log.path).read_text() for log in self.driver.logs(workloads))


@contextlib.asynccontextmanager
async def stand_in(state: Path) -> AsyncIterator[Stand]:
    """A stand at work; nothing of it is left at the end."""
    stand = Stand(state)
    working = asyncio.create_task(stand.loop.run())
    try:
        yield stand
    finally:
        if not working.done():
            await stand.down()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        stand.journal.close()
        await asyncio.to_thread(launch.end_keeper, state)

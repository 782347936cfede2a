"""A test bed per driver: the same programs, whatever they are made of there."""

from __future__ import annotations

import asyncio
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from shoal.drivers.docker.connection import connect
from shoal.drivers.docker.driver import DockerDriver
from shoal.drivers.driver import Driver
from shoal.drivers.fake import Behaviour, FakeDriver, Platform
from shoal.drivers.process import launch
from shoal.drivers.process.census import Registrar, parse
from shoal.drivers.process.driver import ProcessDriver
from shoal.model.app import Stop
from shoal.model.observed import Endpoint, Instance
from shoal.model.values import Value, concat
from shoal.model.workload import Workload

DEADLINE = 15.0


async def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Waits for a condition, not for a time."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"{what} didn't come true in {DEADLINE} s"
        await asyncio.sleep(0.005)


def words(*command: str) -> tuple[Value, ...]:
    return tuple(concat(word) for word in command)


def runs(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return parse(pid, Path(f"/proc/{pid}/stat").read_bytes()).ended is False
    except FileNotFoundError:
        return False


class Bed(ABC):
    """`driver` is the open one; `woken` counts its calls of `wake`."""

    driver: Driver

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    async def reopen(self) -> None:
        """Another driver in the place of the present one."""
        await self.driver.close()
        self.driver = self.fresh()
        await self.driver.open(self.wake)

    async def instance(self, name: str) -> Instance:
        return next(instance for instance in await self.driver.observe() if instance.id == name)

    async def ended(self, name: str) -> Instance:
        """The instance, once it has ended."""
        deadline = time.monotonic() + DEADLINE
        while (instance := await self.instance(name)).alive:
            assert time.monotonic() < deadline, f"{name} didn't end"
            await asyncio.sleep(0.005)
        return instance

    def workload(self, name: str, **fields: Any) -> Workload:
        base = Workload(name=name, kind="service", revision="r1", stop=Stop(grace=5.0), command=words("sleep", "1000"))
        return msgspec.structs.replace(base, **fields)

    def dialled(self, name: str) -> Endpoint:
        """The address of a listener, as instances dial it."""
        return self.driver.addresses([name])[name]

    @abstractmethod
    def fresh(self) -> Driver:
        """A driver on the same platform, not open yet."""

    @abstractmethod
    def runs(self, name: str, **fields: Any) -> Workload:
        """It runs until it is asked to end."""

    @abstractmethod
    def stubborn(self, name: str, **fields: Any) -> Workload:
        """It writes "up", then ignores that it is asked to end."""

    @abstractmethod
    def exits(self, name: str, code: int, **fields: Any) -> Workload:
        """It ends by itself, soon."""

    @abstractmethod
    def prints(self, name: str, *lines: str) -> Workload:
        """It writes lines, by turns to both streams, and ends."""

    @abstractmethod
    def missing(self, name: str) -> Workload:
        """Its program isn't there."""

    @abstractmethod
    def log(self, instance: str) -> list[str]:
        """The lines that an instance has written."""

    @abstractmethod
    def left(self) -> list[int]:
        """What runs although it shouldn't, when all is stopped."""

    @abstractmethod
    async def clean(self) -> None:
        """Ends everything."""


class FakeBed(Bed):
    def __init__(self) -> None:
        super().__init__()
        self.platform = Platform()
        self.driver = self.fresh()

    def fresh(self) -> FakeDriver:
        return FakeDriver(self.platform)

    def _behaving(self, behaviour: Behaviour, name: str, **fields: Any) -> Workload:
        self.platform.behaviours[name] = behaviour
        return self.workload(name, **fields)

    def runs(self, name: str, **fields: Any) -> Workload:
        return self._behaving(Behaviour(), name, **fields)

    def stubborn(self, name: str, **fields: Any) -> Workload:
        return self._behaving(Behaviour(stops_after=1000.0, output=("up",)), name, **fields)

    def exits(self, name: str, code: int, **fields: Any) -> Workload:
        return self._behaving(Behaviour(exits_after=0.02, code=code), name, **fields)

    def prints(self, name: str, *lines: str) -> Workload:
        return self._behaving(Behaviour(exits_after=0.0, output=lines), name)

    def missing(self, name: str) -> Workload:
        return self._behaving(Behaviour(missing=True), name)

    def log(self, instance: str) -> list[str]:
        return [line for log, lines in self.platform.logs.items() if log.instance == instance for line in lines]

    def left(self) -> list[int]:
        return [running.instance.pid for running in self.platform.running.values() if running.instance.alive]

    async def clean(self) -> None:
        await self.driver.close()


class ShellBed(Bed):
    """Programs are scripts of the shell, wherever that is."""

    def shell(self, name: str, script: str, **fields: Any) -> Workload:
        return self.workload(name, command=words("/bin/sh", "-c", script), **fields)

    def runs(self, name: str, **fields: Any) -> Workload:
        return self.workload(name, **fields)

    def stubborn(self, name: str, **fields: Any) -> Workload:
        return self.shell(name, "trap '' TERM INT HUP; echo up; while :; do sleep 0.05; done", **fields)

    def exits(self, name: str, code: int, **fields: Any) -> Workload:
        return self.shell(name, f"sleep 0.02; exit {code}", **fields)

    def prints(self, name: str, *lines: str) -> Workload:
        return self.shell(name, "; ".join(f"echo {line} >&{1 + place % 2}" for place, line in enumerate(lines)))

    def missing(self, name: str) -> Workload:
        return self.workload(name, command=words("no-such-program"))

    def log(self, instance: str) -> list[str]:
        path = next(log.path for log in self.driver.logs() if log.instance == instance)
        return Path(path).read_text().splitlines()


class ProcessBed(ShellBed):
    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.driver: ProcessDriver = self.fresh()

    def fresh(self) -> ProcessDriver:
        return ProcessDriver(
            self.root, programs=lambda name: name, artifacts=lambda key: self.root.with_name("builds") / key
        )

    def python(self, program: str) -> tuple[Value, ...]:
        return words(sys.executable, "-S", "-c", program)

    def left(self) -> list[int]:
        realm = self.root / "realm"
        if not realm.exists():
            return []
        census = Registrar(realm.read_text()).take()
        found = (census.process(pid) for pids in census.marked.values() for pid in pids)
        return [process.pid for process in found if process and not process.ended]

    def keeper(self) -> int:
        """The keeper's pid, 0 if there is none."""
        sock = launch.find_keeper(self.root)
        if sock is None:
            return 0
        with sock:
            return int(launch.ask(sock, {"do": "list"})["pid"])

    async def clean(self) -> None:
        await self.driver.close()  # (closing twice is fine)
        self.driver = self.fresh()
        await self.driver.open(self.wake)
        await asyncio.gather(*(self.driver.stop(i.id, grace=0) for i in await self.driver.observe()))
        await self.driver.close()
        keeper = self.keeper()
        await asyncio.to_thread(launch.end_keeper, self.root)
        if keeper:
            await until(lambda: not runs(keeper), "the keeper's end")


class DockerBed(ShellBed):
    """Containers of a real engine."""

    def dialled(self, name: str) -> Endpoint:
        return Endpoint("mesh", super().dialled(name).port)

    def __init__(self, root: Path, host: str) -> None:
        super().__init__()
        self.root, self.host = root, host
        self.driver: DockerDriver = self.fresh()

    def fresh(self) -> DockerDriver:
        return DockerDriver(self.root, connection=lambda: connect(self.host))

    def left(self) -> list[int]:
        """The engine's own fixture looks for containers."""
        return []

    async def clean(self) -> None:
        await self.driver.close()
        self.driver = self.fresh()
        await self.driver.open(self.wake)
        await asyncio.gather(*(self.driver.stop(i.id, grace=0) for i in await self.driver.observe()))
        await self.driver.drop_data()
        await self.driver.close()
        await asyncio.to_thread(launch.end_keeper, self.root)

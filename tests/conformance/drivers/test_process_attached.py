"""A process that is attached: its end is the kernel's word, whoever brought it about."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from shoal.errors import DriverFailed
from tests.conformance.drivers.bed import ProcessBed

Sleeper = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    made: list[subprocess.Popen[bytes]] = []

    def make() -> subprocess.Popen[bytes]:
        made.append(subprocess.Popen(["sleep", "1000"]))
        return made[-1]

    yield make
    for process in made:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_its_end_is_noticed(processes: ProcessBed, sleeper: Sleeper, number: signal.Signals) -> None:
    process = sleeper()
    await processes.driver.attach(processes.workload("users"), process.pid, {})
    (instance,) = await processes.driver.observe()
    process.send_signal(number)
    ended = await processes.ended(instance.id)
    assert (ended.reason, ended.exit) == ("detached", None)


async def test_one_that_ended_while_nobody_watched_is_detached(processes: ProcessBed, sleeper: Sleeper) -> None:
    process = sleeper()
    await processes.driver.attach(processes.workload("users"), process.pid, {})
    await processes.driver.close()
    process.kill()
    process.wait()
    processes.driver = processes.fresh()
    await processes.driver.open(processes.wake)
    (instance,) = await processes.driver.observe()
    assert (instance.alive, instance.reason) == (False, "detached")


async def test_others_of_its_group_and_session_are_strangers(processes: ProcessBed, sleeper: Sleeper) -> None:
    """It leads neither: the shell that it was started from does."""
    process, other = sleeper(), sleeper()
    await processes.driver.attach(processes.workload("users"), process.pid, {})
    (instance,) = await processes.driver.observe()
    await processes.driver.stop(instance.id)
    assert process.wait() == -signal.SIGTERM
    assert other.poll() is None


async def test_there_must_be_such_a_process(processes: ProcessBed, sleeper: Sleeper) -> None:
    gone = sleeper()
    gone.kill()
    gone.wait()
    with pytest.raises(DriverFailed, match=f"there is no process {gone.pid}"):
        await processes.driver.attach(processes.workload("users"), gone.pid, {})
    assert await processes.driver.observe() == ()

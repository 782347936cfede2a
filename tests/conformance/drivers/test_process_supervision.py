"""The keeper must bring the daemon back when it dies, and let it end when it wants to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.drivers.process import launch
from shoal.drivers.process.driver import ProcessDriver
from shoal.drivers.process.keeper import wire
from shoal.drivers.process.keeper.ward import LONGEST, Ward
from shoal.drivers.process.keepership import Daemon
from shoal.errors import DriverFailed
from tests.conformance.drivers.bed import ProcessBed, runs, until

ENV = {"PATH": os.environ["PATH"]}


def daemon(bed: ProcessBed, script: str, *, adopt: int = 0) -> Daemon:
    return Daemon(("/bin/sh", "-c", script), ENV, bed.root, bed.root / "daemon.log", adopt)


def start(bed: ProcessBed, script: str) -> int:
    asked = daemon(bed, script)
    return launch.start_daemon(bed.root, asked.command, asked.env, cwd=asked.cwd, log=asked.log)


def present(bed: ProcessBed) -> int:
    """The daemon's pid as the keeper knows it; 0: none runs."""
    with launch.reach_keeper(bed.root) as sock:
        return int(launch.ask(sock, {"do": "list"})["daemon"])


def another(bed: ProcessBed, than: int) -> Callable[[], bool]:
    return lambda: present(bed) not in (0, than)


def end(bed: ProcessBed) -> None:
    pid = present(bed)
    launch.release_daemon(bed.root)
    os.kill(pid, signal.SIGKILL)


async def test_a_killed_daemon_is_started_again(processes: ProcessBed) -> None:
    pid = start(processes, "echo up; exec sleep 1000")
    assert present(processes) == pid
    assert start(processes, "exec sleep 1000") == pid
    os.kill(pid, signal.SIGKILL)
    await until(another(processes, pid), "the restart")
    end(processes)


async def test_a_daemon_that_exits_with_0_is_done(processes: ProcessBed) -> None:
    pid = start(processes, "exit 0")
    await until(lambda: present(processes) == 0)
    assert not runs(pid)


async def test_a_daemon_that_cannot_be_started_is_an_error(processes: ProcessBed) -> None:
    with pytest.raises(DriverFailed, match="No such file"):
        launch.start_daemon(processes.root, ["/no/such"], ENV, cwd=Path("/"), log=processes.root / "daemon.log")
    assert present(processes) == 0


async def test_an_open_driver_finds_itself_another_keeper(processes: ProcessBed) -> None:
    await processes.driver.close()
    itself = await asyncio.create_subprocess_exec("sleep", "1000")
    processes.driver = ProcessDriver(processes.root, daemon=daemon(processes, "exec sleep 1000", adopt=itself.pid))
    await processes.driver.open(processes.wake)
    assert present(processes) == itself.pid
    keeper = processes.keeper()
    os.kill(keeper, signal.SIGKILL)
    await until(lambda: not runs(keeper))
    await until(lambda: present(processes) == itself.pid, "another keeper")
    launch.release_daemon(processes.root)
    itself.kill()
    await itself.wait()
    assert present(processes) == 0


async def test_a_daemon_tells_a_new_keeper_how_to_bring_it_back(processes: ProcessBed) -> None:
    with launch.reach_keeper(processes.root):
        pass
    pid = start(processes, "exec sleep 1000")
    keeper = processes.keeper()
    os.kill(keeper, signal.SIGKILL)
    await until(lambda: not runs(keeper))
    request = daemon(processes, "exec sleep 1000", adopt=pid).request()
    with launch.reach_keeper(processes.root) as sock:
        assert launch.ask(sock, request)["pid"] == pid
        assert launch.ask(sock, request)["pid"] == pid
    os.kill(pid, signal.SIGKILL)
    await until(another(processes, pid), "the restart")
    end(processes)


def test_the_pause_doubles_and_has_an_end() -> None:
    ward = Ward({})
    pauses = []
    for _ in range(9):
        assert ward.ended(1, 100.0)
        ward._started = 100.0
        pauses.append(ward.due - 100.0)
    assert pauses == [0.5, 1, 2, 4, 8, 16, LONGEST, LONGEST, LONGEST]
    assert ward.ended(1, 120.0)
    assert ward.due == 120.5
    assert not ward.ended(0, 120.0)


def _answers(state: Path) -> bool:
    found = launch.find_keeper(state)
    if found:
        found.close()
    return found is not None


async def test_a_keeper_that_nobody_waits_for_any_more_ends_without_a_word(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-I", "-S", str(Path(wire.__file__).parent), str(tmp_path), "1024"]
    with (tmp_path / "said").open("wb") as said:
        started = await asyncio.create_subprocess_exec(*command, stdout=writer, stderr=said)
    os.close(writer)
    assert await started.wait() == 0
    await until(lambda: (tmp_path / wire.SOCKET).exists() and not _answers(tmp_path))
    assert (tmp_path / "said").read_bytes() == b""

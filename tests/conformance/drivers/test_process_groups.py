"""Control groups: an instance must keep to its limits, die alone, and leave nothing behind. What this system doesn't
let us do is left out by name."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from shoal.drivers.process.groups.where import look
from shoal.errors import DriverFailed
from shoal.model.limits import Limits
from shoal.model.values import concat
from tests.conformance.drivers.bed import ProcessBed, runs, until

WHERE = look()
HOG = "x=a; while :; do x=$x$x; done"
BOMB = """\
import os, time
while True:
    try:
        if os.fork() == 0:
            time.sleep(1000)
    except OSError:
        time.sleep(0.01)
"""
BUSY = "while :; do :; done"


def needs(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(kind in WHERE.lacks, reason=f"limits of {kind}: {WHERE.lacks.get(kind)}")


needs_groups = pytest.mark.skipif(WHERE.together is None, reason="no control groups may be made here")


def folders(bed: ProcessBed) -> list[Path]:
    record = bed.root / "groups"
    return [Path(line) for line in record.read_text().splitlines()] if record.exists() else []


@needs("memory")
async def test_one_that_takes_too_much_memory_dies_alone(processes: ProcessBed) -> None:
    beside = await processes.driver.start(processes.runs("beside"), 0)
    hog = await processes.driver.start(processes.shell("hog", HOG, limits=Limits(memory=32 << 20)), 0)
    end = await processes.ended(hog.id)
    assert (end.exit, end.reason) == (-9, "killed by the kernel: over its memory limit of 32Mi")
    assert (await processes.instance(beside.id)).alive


@needs("memory")
async def test_one_that_loses_only_a_child_says_so_at_its_end(processes: ProcessBed) -> None:
    script = f"sh -c '{HOG}'; exit 3"
    parent = await processes.driver.start(processes.shell("parent", script, limits=Limits(memory=32 << 20)), 0)
    end = await processes.ended(parent.id)
    assert end.exit == 3
    assert end.reason == ("exited with code 3; the kernel had killed 1 of its processes: over its memory limit of 32Mi")


@needs("memory")
async def test_a_kill_that_nobody_watched_is_known_by_who_comes_later(processes: ProcessBed) -> None:
    script = 'while [ ! -e "$GO" ]; do sleep 0.02; done; ' + HOG
    go = processes.root / "go"
    workload = processes.shell("hog", script, env={"GO": concat(str(go))}, limits=Limits(memory=32 << 20))
    hog = await processes.driver.start(workload, 0)
    await processes.driver.close()
    go.touch()
    await until(lambda: not runs(hog.pid), "the hog's end")
    await processes.reopen()
    assert (await processes.ended(hog.id)).reason == "killed by the kernel: over its memory limit of 32Mi"


@needs("pids")
async def test_a_fork_bomb_stays_within_its_limit_and_ends_whole(processes: ProcessBed) -> None:
    workload = processes.workload("bomb", command=processes.python(BOMB), limits=Limits(pids=30))
    bomb = await processes.driver.start(workload, 0)
    group = processes.driver._groups.of(bomb.id)
    await until(lambda: len(group.pids()) == 30, "the limit")
    await processes.driver.stop(bomb.id, grace=0.05)
    assert group.pids() == set()
    assert not any(folder.exists() for folder in group.folders)


@needs("cpu")
async def test_one_that_is_busy_gets_its_share(processes: ProcessBed) -> None:
    busy = await processes.driver.start(processes.shell("busy", BUSY, limits=Limits(cpu=0.1)), 0)
    begun, used = time.monotonic(), _cpu(busy.pid)
    await until(lambda: time.monotonic() - begun > 1.5, "a second and a half")
    # No more than its share, whatever else runs here; half as much again for how the kernel counts periods.
    assert _cpu(busy.pid) - used < 0.15 * (time.monotonic() - begun) + 0.05


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@needs_groups
@pytest.mark.skipif(shutil.which("setsid") is None, reason="setsid isn't there")
async def test_a_grandchild_that_hides_is_ended_with_the_rest(processes: ProcessBed) -> None:
    """It has a session of its own, a parent that is dead, and nothing of ours in its environment."""
    script = "setsid -f env -i /bin/sh -c 'echo $$ > hidden; exec sleep 1000'; exec sleep 1000"
    parent = await processes.driver.start(processes.shell("parent", script), 0)
    told = processes.root / "instances" / parent.id / "scratch" / "hidden"
    await until(lambda: told.exists() and told.read_text().strip() != "", "the grandchild")
    hidden = int(told.read_text())
    await processes.driver.stop(parent.id, grace=0.2)
    assert not runs(hidden)


@needs_groups
async def test_no_group_is_left_when_all_has_ended(processes: ProcessBed) -> None:
    limits = Limits(cpu=1.0, memory=64 << 20, pids=50)
    started = await asyncio.gather(
        *(processes.driver.start(processes.runs("many", limits=limits), n) for n in range(5))
    )
    parents = folders(processes)
    assert parents
    assert all(parent.name == f"shoal-{(processes.root / 'realm').read_text()}" for parent in parents)
    await asyncio.gather(*(processes.driver.stop(instance.id) for instance in started))
    assert not any(parent.exists() for parent in parents)
    assert folders(processes) == []


@needs_groups
async def test_what_nobody_has_on_record_any_more_is_ended_by_the_next_driver(processes: ProcessBed) -> None:
    lost = await processes.driver.start(processes.shell("lost", "exec env -i sleep 1000"), 0)
    await processes.driver.close()
    shutil.rmtree(processes.root / "instances" / lost.id)
    await processes.reopen()
    found = await processes.instance(lost.id)
    assert found.alive  # seen, and of no revision: whoever decides will stop it
    await processes.driver.stop(lost.id, grace=0)
    assert not runs(lost.pid)
    assert folders(processes) == []


@needs("memory")
async def test_a_limit_that_the_kernel_refuses_is_an_error_and_leaves_nothing(
    processes: ProcessBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(folder: Path, controller: str, limits: Limits) -> None:
        raise OSError(16, "Device or resource busy", str(folder / "memory.max"))

    monkeypatch.setattr("shoal.drivers.process.groups.groups.limit", refused)
    with pytest.raises(DriverFailed, match="its limits can't be set: Device or resource busy"):
        await processes.driver.start(processes.runs("users", limits=Limits(memory=32 << 20)), 0)
    assert await processes.driver.observe() == ()
    assert folders(processes) == []

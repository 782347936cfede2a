"""Errands (build steps) are seen by nobody while they are waited for, and by the next daemon when nobody is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shoal.drivers.process.driver import ProcessDriver
from shoal.errors import ToolMissing
from tests.conformance.drivers.bed import ProcessBed, until


def driver_of(bed: ProcessBed) -> ProcessDriver:
    assert isinstance(bed.driver, ProcessDriver)
    return bed.driver


async def test_an_errand_in_a_fresh_state_runs_to_its_end(processes: ProcessBed, tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    command = ("/bin/sh", "-c", 'echo "$WORD in $PWD"; echo trouble >&2; exit 7')
    code = await driver_of(processes).run_to_end(command, {"WORD": "hello"}, tmp_path, log)
    assert code == 7
    assert log.read_text() == f"hello in {tmp_path}\ntrouble\n"
    assert await processes.driver.observe() == ()


async def test_it_is_no_instance_while_it_runs_and_ends_when_nobody_waits(
    processes: ProcessBed, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    command = ("/bin/sh", "-c", f"touch '{started}'; sleep 1000 & sleep 1000")
    errand = asyncio.create_task(driver_of(processes).run_to_end(command, {}, tmp_path, tmp_path / "log"))
    await until(started.exists, "its start")
    assert await processes.driver.observe() == ()
    errand.cancel()
    with pytest.raises(asyncio.CancelledError):
        await errand
    assert processes.left() == []


async def test_one_whose_daemon_is_gone_is_seen_and_can_be_stopped(processes: ProcessBed, tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = ("/bin/sh", "-c", f"touch '{started}'; exec sleep 1000")
    errand = asyncio.create_task(
        driver_of(processes).run_to_end(command, {}, tmp_path, tmp_path / "log", name="build.x")
    )
    await until(started.exists, "its start")
    # As if killed: the record stays, nobody remembers that it was an errand.
    driver_of(processes)._instances.errands.clear()
    (seen,) = await processes.driver.observe()
    assert (seen.workload, seen.kind, seen.revision) == ("build.x", "job", "")
    await processes.driver.stop(seen.id, grace=0)
    assert await asyncio.wait_for(errand, 5) < 0


async def test_a_program_that_is_not_there_is_said(processes: ProcessBed, tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no-such-program"):
        await driver_of(processes).run_to_end(("/no-such-program",), {}, tmp_path, tmp_path / "log")

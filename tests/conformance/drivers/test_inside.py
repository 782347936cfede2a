"""Beside an instance: commands with all that it has, and what it has printed. Nothing of a command stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shoal.errors import DriverFailed, ToolMissing
from shoal.model.app import Port
from shoal.model.values import concat, own
from tests.conformance.drivers.bed import Bed, ProcessBed, until, words


async def test_what_an_instance_printed_comes_piece_by_piece(bed: Bed) -> None:
    instance = await bed.driver.start(bed.prints("users", "one", "two"), 0)
    await bed.ended(instance.id)
    first, end = bed.driver.printed(instance.id, 0)
    assert first == b"one\ntwo\n"
    assert bed.driver.printed(instance.id, end) == (b"", end)
    assert bed.driver.printed(instance.id, 4) == (b"two\n", end)


async def test_a_command_ends_with_its_code(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    assert (await bed.driver.exec(instance.id, words("true"))).code == 0
    await bed.reopen()
    assert (await bed.driver.exec(instance.id, words("true"))).code == 0
    assert [i.id for i in await bed.driver.observe()] == [instance.id]


async def test_a_command_beside_what_has_ended_is_an_error(bed: Bed) -> None:
    instance = await bed.driver.start(bed.exits("users", 0), 0)
    await bed.ended(instance.id)
    with pytest.raises(DriverFailed, match="doesn't run any more"):
        await bed.driver.exec(instance.id, words("true"))


async def test_it_has_what_the_instance_has(processes: ProcessBed, tmp_path: Path) -> None:
    workload = processes.runs("users", env={"WORD": concat("hello")}, ports=(Port(),), cwd=concat(str(tmp_path)))
    instance = await processes.driver.start(workload, 2)
    script = concat(
        'echo "$WORD $SHOAL_WORKLOAD $SHOAL_INDEX $PWD $(id -u)" ', own("port:http"), "; echo no >&2; exit 3"
    )
    ran = await processes.driver.exec(instance.id, (*words("/bin/sh", "-c"), script))
    uid = Path("/proc/self").stat().st_uid
    assert (ran.code, ran.said) == (3, f"hello users 2 {tmp_path} {uid} {instance.endpoints['http'].port}\nno\n")


async def test_a_program_that_is_not_there_is_said(processes: ProcessBed) -> None:
    instance = await processes.driver.start(processes.runs("users"), 0)
    with pytest.raises(ToolMissing, match="no-such-program"):
        await processes.driver.exec(instance.id, words("no-such-program"))


async def test_all_that_it_started_ends_with_it(processes: ProcessBed) -> None:
    instance = await processes.driver.start(processes.runs("users"), 0)
    before = processes.left()
    ran = await processes.driver.exec(instance.id, words("/bin/sh", "-c", "sleep 1000 & setsid sleep 1000 & exit 0"))
    assert ran.code == 0
    assert processes.left() == before


async def test_cancelled_it_leaves_nothing(processes: ProcessBed, tmp_path: Path) -> None:
    instance = await processes.driver.start(processes.runs("users"), 0)
    before, begun = processes.left(), tmp_path / "begun"
    script = f"trap '' TERM; setsid sleep 1000 & touch '{begun}'; sleep 1000"
    asked = asyncio.create_task(processes.driver.exec(instance.id, words("/bin/sh", "-c", script)))
    await until(begun.exists, "its start")
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert processes.left() == before

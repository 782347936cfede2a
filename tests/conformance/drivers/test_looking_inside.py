"""What runs within an instance, what it uses, and copies of its files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shoal.errors import DriverFailed, UsageError
from tests.conformance.drivers.bed import DEADLINE, Bed, ProcessBed, until


async def test_an_instances_processes_begin_with_the_one_it_is_known_by(bed: Bed) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    found = (await bed.driver.processes([instance.id]))[instance.id]
    assert found[0].pid == instance.pid
    assert found[0].threads >= 1 and found[0].descriptors >= 1 and found[0].memory > 0
    assert abs(found[0].started - instance.started) < 5
    assert found[0].command


async def test_usage_grows_with_time_and_tells_the_size_of_the_log(bed: Bed) -> None:
    instance = await bed.driver.start(bed.stubborn("users"), 0)
    await until(lambda: bed.log(instance.id) == ["up"])
    first = (await bed.driver.usage([instance.id]))[instance.id]
    second = (await bed.driver.usage([instance.id]))[instance.id]
    assert second.time >= first.time and second.cpu >= first.cpu
    assert first.processes >= 1 and first.log > 0


async def test_one_that_has_ended_uses_nothing(bed: Bed) -> None:
    instance = await bed.driver.start(bed.exits("users", 0), 0)
    await bed.ended(instance.id)
    assert await bed.driver.processes([instance.id]) == {instance.id: ()}
    assert await bed.driver.usage([instance.id]) == {}


async def test_nobody_has_no_processes(bed: Bed) -> None:
    with pytest.raises(DriverFailed, match="no instance nobody"):
        await bed.driver.processes(["nobody"])


async def test_what_is_copied_in_comes_out_the_same(bed: Bed, tmp_path: Path) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    (tmp_path / "one.txt").write_bytes(b"content \xff\n")
    await bed.driver.copy_in(instance.id, str(tmp_path / "one.txt"), "two.txt")
    target = str(tmp_path / "back.txt")
    assert await bed.driver.copy_out(instance.id, "two.txt", target) == target
    assert (tmp_path / "back.txt").read_bytes() == b"content \xff\n"


async def test_a_folder_is_copied_with_all_that_is_in_it(bed: Bed, tmp_path: Path) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    (tmp_path / "tree" / "deep" / "leaf").write_text("green")
    await bed.driver.copy_in(instance.id, str(tmp_path / "tree"), "new")
    await bed.driver.copy_in(instance.id, str(tmp_path / "tree"), "new")  # it is there now: into it
    (tmp_path / "out").mkdir()
    await bed.driver.copy_out(instance.id, "new", str(tmp_path / "out"))
    assert (tmp_path / "out" / "new" / "deep" / "leaf").read_text() == "green"
    assert (tmp_path / "out" / "new" / "tree" / "deep" / "leaf").read_text() == "green"
    await bed.driver.copy_out(instance.id, "new/.", str(tmp_path / "out"))
    assert (tmp_path / "out" / "deep" / "leaf").read_text() == "green"


async def test_what_isnt_there_cant_be_copied(bed: Bed, tmp_path: Path) -> None:
    instance = await bed.driver.start(bed.runs("users"), 0)
    with pytest.raises(UsageError, match=r"there is no .*/nothing"):
        await bed.driver.copy_out(instance.id, "nothing", str(tmp_path))
    with pytest.raises(UsageError, match=r"there is no .*/nothing"):
        await bed.driver.copy_in(instance.id, str(tmp_path / "nothing"), ".")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match=r"there is no folder .*/no-such"):
        await bed.driver.copy_in(instance.id, str(tmp_path / "file"), "no-such/folder/file")


async def test_one_that_has_ended_has_no_folder(bed: Bed, tmp_path: Path) -> None:
    instance = await bed.driver.start(bed.exits("users", 0), 0)
    await bed.ended(instance.id)
    with pytest.raises(DriverFailed, match="doesn't run any more"):
        await bed.driver.copy_out(instance.id, "x", str(tmp_path))


async def test_all_processes_of_an_instance_are_counted(processes: ProcessBed) -> None:
    instance = await processes.driver.start(processes.shell("users", "sleep 1000 & setsid sleep 1001 & wait"), 0)
    found: set[str] = set()
    deadline = time.monotonic() + DEADLINE
    while not {"sleep 1000", "sleep 1001"} <= found and time.monotonic() < deadline:
        found = {p.command for p in (await processes.driver.processes([instance.id]))[instance.id]}
    assert {"sleep 1000", "sleep 1001"} <= found
    assert len(found) == 3


async def test_the_shared_build_isnt_written_to(processes: ProcessBed, tmp_path: Path) -> None:
    build = processes.root.with_name("builds") / "key-1"
    build.mkdir(parents=True)
    (tmp_path / "patch").write_text("x")
    instance = await processes.driver.start(processes.runs("users", artifact="key-1"), 0)
    with pytest.raises(UsageError, match="shared by all services") as caught:
        await processes.driver.copy_in(instance.id, str(tmp_path / "patch"), "patch")
    assert "scratch" in caught.value.hint
    assert list(build.iterdir()) == []

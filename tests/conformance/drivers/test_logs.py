"""Logs: what an instance wrote must be there, in order, and outlive it."""

from __future__ import annotations

from tests.conformance.drivers.bed import Bed


async def test_lines_of_both_streams_are_in_order(bed: Bed) -> None:
    lines = [f"line-{number}" for number in range(20)]
    instance = await bed.driver.start(bed.prints("users", *lines), 0)
    await bed.ended(instance.id)
    assert bed.log(instance.id) == lines


async def test_log_files_come_oldest_first_and_by_workload(bed: Bed) -> None:
    names = []
    for workload in ("users", "posts", "users"):
        instance = await bed.driver.start(bed.prints(workload, "hello"), 0)
        await bed.ended(instance.id)
        names.append(instance.id)
    await bed.reopen()
    assert [log.instance for log in bed.driver.logs()] == names
    assert [log.instance for log in bed.driver.logs(["users"])] == [names[0], names[2]]
    assert [log.workload for log in bed.driver.logs(["posts"])] == ["posts"]
    assert bed.driver.logs(["nobody"]) == ()

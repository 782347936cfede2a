"""A file that has to be there is made where there is none, and left alone where there is one."""

from __future__ import annotations

from pathlib import Path

from shoal.model.values import concat, own
from shoal.model.workload import Kept
from tests.conformance.drivers.bed import ProcessBed


async def test_what_a_training_put_there_stays(processes: ProcessBed, tmp_path: Path) -> None:
    file = tmp_path / "some/java.args"
    kept = (Kept(concat(str(file)), concat("of ", own("workload"))),)
    file.parent.mkdir()
    await processes.driver.start(processes.runs("users", kept=kept), 0)
    assert file.read_text() == "of users"
    file.write_text("trained")
    await processes.driver.start(processes.runs("users", kept=kept), 1)
    assert file.read_text() == "trained"

"""An errand runs to its end, tells how, and is nobody's instance."""

from __future__ import annotations

from pathlib import Path

from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Workload
from tests.conformance.drivers.bed import ProcessBed


async def test_an_errand_works_in_the_data_folder_that_it_names(processes: ProcessBed) -> None:
    script = 'umask 077; echo kept > "$DATA/word"; echo "done in $DATA"; exit 3'
    errand = Workload(
        name="db.copy",
        kind="job",
        command=tuple(map(concat, ("/bin/sh", "-c", script))),
        env={"DATA": Value((Ref("data", "db"),))},
        data="db",
    )
    ran = await processes.driver.errand(errand)
    folder = Path(ran.said.strip().removeprefix("done in "))
    assert ran.code == 3
    assert (folder / "word").read_text() == "kept\n"
    assert await processes.driver.observe() == ()

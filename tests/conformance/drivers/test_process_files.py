"""Files of an instance: for its owner only, gone with it; those in its working folder leave the original as it was."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from shoal.errors import DriverFailed
from shoal.model.values import concat, own, secret
from shoal.model.workload import Copy
from tests.conformance.drivers.bed import ProcessBed


def original(folder: Path) -> Path:
    (folder / "config/sub").mkdir(parents=True)
    (folder / "config/app.yaml").write_text("the user's")
    (folder / "config/other.yaml").write_text("other")
    (folder / "page.txt").write_text("page")
    return folder


SCRIPT = """
cat "$FILES/app.ini" "$FILES/deep/logo" config/app.yaml config/other.yaml page.txt new/file
stat -c %a "$FILES" "$FILES/app.ini" "$FILES/run" config/app.yaml
echo mine > config/written
"""


async def test_they_are_where_they_should_be_and_nobody_else_reads_them(processes: ProcessBed, tmp_path: Path) -> None:
    folder = original(tmp_path / "app")
    workload = processes.shell(
        "users",
        SCRIPT,
        env={"FILES": own("files")},
        cwd=concat(str(folder)),
        files={"app.ini": concat("token=", secret("t"), " "), "./config/app.yaml": concat("placed ")},
        copies={"deep/logo": Copy(b"logo "), "run": Copy(b"", executable=True), "./new/file": Copy(b"new\n")},
    )
    digest = processes.driver.set_secret("t", "s3cret")
    workload = msgspec.structs.replace(workload, secrets={"t": digest})
    instance = await processes.driver.start(workload, 0)
    await processes.ended(instance.id)
    assert processes.log(instance.id) == ["token=s3cret logo placed otherpagenew", "700", "600", "700", "600"]
    assert (folder / "config/app.yaml").read_text() == "the user's"
    assert not (folder / "config/written").exists() and not (folder / "new").exists()
    await processes.driver.forget(instance.id)
    assert not list((processes.root / "secrets/files").iterdir())


async def test_a_command_beside_and_a_run_see_them_too(processes: ProcessBed, tmp_path: Path) -> None:
    folder = original(tmp_path / "app")
    workload = processes.runs("users", cwd=concat(str(folder)), files={"./config/app.yaml": concat("placed")})
    instance = await processes.driver.start(workload, 0)
    ran = await processes.driver.exec(instance.id, (concat("cat"), concat("config/app.yaml")))
    assert ran.said == "placed"
    for _ in range(2):
        found = await processes.driver.invocation(workload, ("true",))
        assert (Path(found.cwd) / "config/app.yaml").read_text() == "placed"
        assert (Path(found.cwd) / "page.txt").read_text() == "page"


@pytest.mark.parametrize("name", ["../out", "./../out", "/tmp/out"])
async def test_none_gets_out(processes: ProcessBed, name: str) -> None:
    with pytest.raises(DriverFailed, match="outside"):
        await processes.driver.start(processes.runs("users", files={name: concat("x")}), 0)

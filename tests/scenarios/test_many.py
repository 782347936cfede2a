"""An app of very many parts must need nothing special, and cost little."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, WORKER, shell

FEW = 100
MANY = 130


@pytest.fixture
def few_descriptors() -> Iterator[int]:
    """A shell in which a process may have few files open, unless it asks for more. Yields what it may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def open_files(pid: int) -> int:
    """How many a process may have open."""
    line = next(x for x in Path(f"/proc/{pid}/limits").read_text().splitlines() if x.startswith("Max open files"))
    return int(line.split()[3])


def test_more_parts_than_a_process_may_have_open_files(app: Make, few_descriptors: int) -> None:
    made = app(WEB.replace("gateway:", shell("many", WORKER, f"replicas: {MANY}") + "gateway:"), WEB_FILES)
    made.up()
    found = made.ps()
    assert [i["phase"] for i in found] == ["ready"] * (MANY + 3)
    keeper, daemon = made.keeper_and_daemon()
    assert open_files(daemon) == few_descriptors
    assert open_files(made.pid("mesh")) == few_descriptors
    # What a user runs has what the user's shell gave.
    assert {open_files(i["pid"]) for i in found if i["workload"] != "mesh"} == {FEW}
    assert open_files(keeper) == FEW
    made.ok("scale", "many=1")
    made.wait_until(lambda: made.ready("many"))


def test_services_that_all_end_at_once_are_all_started_again(app: Make) -> None:
    script = "echo works; while [ -e here ]; do sleep 0.1; done; exit 3"
    made = app(
        "name: many\nservices:\n" + shell("many", script, "replicas: 40\nrestart: {backoff: 100ms}"), {"here": ""}
    )
    made.up()
    before = made.pids()
    (made.folder / "here").unlink()
    made.wait_until(lambda: len({e["instance"] for e in made.events("exited")} & set(before)) == 40)
    made.write({"here": ""})
    made.wait_until(lambda: made.ready("many", 40))
    assert not set(made.pids()) & set(before)

"""A service that takes too much must be kept to its limit, or die alone and say why; what isn't enforced is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.drivers.process.groups.where import look
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell

WHERE = look()
HOG = "x=a; while :; do x=$$x$$x; done"
FILLS = 'dd if=/dev/zero of="$$TMPDIR/much" bs=1M count=8 2>/dev/null; exec sleep 1000'

needs_memory = pytest.mark.skipif("memory" in WHERE.lacks, reason=f"memory: {WHERE.lacks.get('memory')}")


def app_of(*services: str) -> str:
    return "name: limited\nservices:\n" + "".join(services)


def groups(app: App) -> list[Path]:
    realms = {f"shoal-{(state / 'realm').read_text()}" for state in app.states()}
    return [path for path in Path("/sys/fs/cgroup").glob("**/shoal-*") if path.name in realms]


@needs_memory
def test_one_over_its_memory_limit_dies_alone_and_why_says_so(app: Make) -> None:
    mine = app(app_of(shell("calm", "exec sleep 1000"), shell("hog", HOG, "limits: {memory: 32Mi}")))
    mine.ok("up", "-d", "calm")
    calm = mine.pid("calm")
    mine.shoal("up", "-d")
    mine.wait_until(lambda: [e for e in mine.events("exited") if "memory" in e["text"]])
    mine.wait_until(lambda: "killed by the kernel: over its memory limit of 32Mi" in mine.ok("why", "hog").out)
    assert mine.pid("calm") == calm
    mine.wait_until(lambda: mine.standing("hog")["state"] == "failed")  # three times in a row, with growing pauses
    mine.ok("down")
    assert groups(mine) == []


def test_one_that_fills_its_folder_is_ended(app: Make) -> None:
    mine = app(app_of(shell("full", FILLS, "limits: {disk: 4Mi}")))
    mine.shoal("up", "-d")
    mine.wait_until(lambda: "over its disk limit of 4Mi" in mine.ok("why", "full").out)


def test_up_names_what_is_not_enforced(app: Make) -> None:
    limits = "limits: {cpu: 0.5, memory: 64Mi, pids: 50}"
    mine = app(app_of(shell("calm", "exec sleep 1000", limits)))
    said = mine.up().err
    for kind in ("cpu", "memory", "pids"):
        note = f"note: {kind} isn't limited (calm): {WHERE.lacks.get(kind)}"
        assert (note in said) == (kind in WHERE.lacks), said


@needs_memory
def test_a_changed_limit_replaces_the_instance_and_groups_go_with_it(app: Make) -> None:
    mine = app(app_of(shell("calm", "exec sleep 1000", "limits: {memory: 64Mi}")))
    mine.up()
    before = mine.pid("calm")
    mine.edit("64Mi", "80Mi")
    mine.up()
    assert mine.pid("calm") != before
    (name,) = (i["id"] for i in mine.of("calm"))
    assert {path.name for parent in groups(mine) for path in parent.glob("*/")} == {name}
    mine.ok("down")
    assert groups(mine) == []

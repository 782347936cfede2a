"""Each example must come up from a copy of its folder, and do what the page that shows it says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make

EXAMPLES = Path(__file__).parents[1] / "examples"

Example = Callable[[str], App]


@pytest.fixture
def example(app: Make) -> Example:
    """A copy of an example, not running yet."""

    def copy(name: str) -> App:
        made = app("", name=name)
        shutil.copytree(EXAMPLES / name, made.folder, dirs_exist_ok=True)
        return made

    return copy


def test_probes(example: Example) -> None:
    probes = example("probes")
    probes.up()
    assert probes.ready("importer")
    (probes.folder / "importer/check.py").write_text("raise SystemExit('no round lately')")
    probes.wait_until(lambda: probes.standing("importer")["state"] == "unready")
    said = "importer is unready: `python3` ended with exit code 1: no round lately"
    assert said in probes.ok("why", "importer").out

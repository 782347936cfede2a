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


def test_files(example: Example) -> None:
    files = example("files")
    files.up()
    assert files.get()[1] == f"Guten Tag for 5 $, from {files.address('api', 'STORE_URL')}; the key has 32 letters\n"
    api, store = files.pid("api"), files.pid("store")
    (files.folder / "conf/app.json").write_text('{"language": "en"}')
    files.up()
    assert "Good day for 5 $" in files.get()[1]
    assert files.pid("api") != api
    assert files.pid("store") == store
    assert not (files.folder / "api/config").exists()

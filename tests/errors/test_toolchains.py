"""A version that can't be had must be refused before anything changes: who asks, for what, what is there, what next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.scenarios.conftest import Make
from tests.scenarios.programs import worker

ONE = worker("one", "exec sleep 1000")


@pytest.mark.parametrize(
    ("entry", "files", "told"),
    [
        (
            "{path: web, toolchain: '18'}",
            {"web/package.json": "{}"},
            ["two asks for Node 18 (services.two.toolchain); here is 24.", "Node comes with shoal"],
        ),
        (
            "{path: web}",
            {"web/package.json": '{"engines": {"node": "<20"}}'},
            ["shoal.yaml:10:3: two asks for Node <20 (engines.node in web); here is 24."],
        ),
        (
            "{path: api, command: run}",
            {"api/requirements.txt": "", "api/.python-version": "2.7"},
            [
                "two asks for Python 2.7 (.python-version in api); here is 3.",
                "so that `python3.N` of that version is on",
            ],
        ),
        (
            "{path: api, stack: command, command: run, toolchain: {no-such-tool: '>=1'}}",
            {"api/x": ""},
            ["two asks for no-such-tool >=1 (services.two.toolchain); here is none", "so that `no-such-tool` of that"],
        ),
    ],
    ids=["the file", "package.json", ".python-version", "a program"],
)
def test_what_runs_goes_on(app: Make, entry: str, files: dict[str, str], told: list[str]) -> None:
    made = app(ONE)
    made.up()
    before = made.pids()
    made.write({"shoal.yaml": f"{ONE}  two: {entry}\n", **files})
    result = made.shoal("up", "-d", "--wait")
    assert result.code == 4, str(result)
    for text in told:
        assert text in result.err
    assert made.pids() == before


def test_another_interpreter_on_path_is_what_a_service_gets(app: Make, tmp_path: Path) -> None:
    """It says that it is another version; no second Python can be counted on here."""
    other = tmp_path / "bin/python3.19"
    other.parent.mkdir()
    answer = '[ "$1" = --version ] && { echo Python 3.19.1; exit; }'
    other.write_text(f'#!/bin/sh\n{answer}\necho asked >> {tmp_path}/asked\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    command = "[python, -c, 'import time; time.sleep(1000)']"
    yaml = f"name: other\nservices: {{api: {{path: api, command: {command}, toolchain: '3.19'}}}}"
    made = app(yaml, {"api/requirements.txt": ""})
    made.env["PATH"] = f"{other.parent}:{made.env['PATH']}"
    made.up()
    assert (tmp_path / "asked").exists()
    assert made.ready("api")

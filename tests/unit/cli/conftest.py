"""A folder with an app in it, and nothing of the machine's own state in reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.cli.main import main

FILE = 'name: shop\nservices: {api: {path: ".", command: [sleep, "9"]}}\n'


class Ran:
    """What a command line did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Shoal = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    app = tmp_path / "app"
    app.mkdir()
    (app / "shoal.yaml").write_text(FILE)
    monkeypatch.chdir(app)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("SHOAL_ENV", "SHOAL_TARGET"):
        monkeypatch.delenv(name, raising=False)
    return app


@pytest.fixture
def shoal(folder: Path, capsys: pytest.CaptureFixture[str]) -> Shoal:
    def run(*words: str) -> Ran:
        code = main(list(words))
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run

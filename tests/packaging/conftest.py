"""The packages of shoal, built once; and a person who has nothing of this repository but the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shoal.build import program
from tests.docs.test_tutorial import KEPT, NETWORK

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def outside(home: Path) -> dict[str, str]:
    """An environment without the repository: no .venv on PATH, no PYTHONPATH, state of its own. Caches are shared."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.upper().startswith(NETWORK)}
    return kept | {"PATH": SYSTEM_PATH, "XDG_STATE_HOME": str(home / "state"), "UV_NO_CONFIG": "1"}


def run(*words: str | Path, cwd: Path, env: dict[str, str], timeout: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout, check=False)


def ok(*words: str | Path, cwd: Path, env: dict[str, str], timeout: float = 300) -> str:
    done = run(*words, cwd=cwd, env=env, timeout=timeout)
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(source: Path, into: Path, *kinds: str) -> list[Path]:
    """What `uv build` makes of a folder or of an sdist, by name."""
    uv = program("uv")
    python = getattr(sys, "_base_executable", sys.executable)
    ok(
        uv,
        "build",
        "--quiet",
        "--python",
        python,
        *kinds,
        "-o",
        into,
        source,
        cwd=into.parent,
        env=outside(into.parent),
    )
    return sorted(file for file in into.iterdir() if file.name.startswith("shoal-"))


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(wheel, sdist), each made from the working tree."""
    wheel, sdist = build(ROOT, tmp_path_factory.mktemp("built") / "dist", "--wheel", "--sdist")
    assert (wheel.suffix, sdist.suffix) == (".whl", ".gz")
    return wheel, sdist


@pytest.fixture(scope="session")
def wheel(packages: tuple[Path, Path]) -> Path:
    return packages[0]

"""Each service of the blog must pass its own tests and its own linters, by itself: no shoal runs, only its engines."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from shoal.build.engines import program
from shoal.build.environment import build_environment

BLOG = Path(__file__).parents[2] / "examples" / "blog"
NOT_SOURCE = shutil.ignore_patterns("node_modules", "target", "dist", ".venv", "__pycache__", ".*_cache")
SHOWN = 60

Copy = Callable[[str], Path]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Copies the source of a service, and nothing that was made from it."""
    return lambda service: Path(shutil.copytree(BLOG / service, tmp_path / service, ignore=NOT_SOURCE))


def run(folder: Path, command: str, variables: Mapping[str, str] | None = None) -> None:
    """Runs a command line there; fails with the end of what it printed."""
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=build_environment(os.environ) | dict(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-SHOWN:])
        pytest.fail(f"{command}: exit code {done.returncode}; its last lines:\n{last}", pytrace=False)


def test_posts(copy: Copy) -> None:
    folder = copy("posts")
    uv = shlex.quote(str(program("uv")))
    run(folder, f"{uv} venv --python {shlex.quote(str(program('python')))} .venv")
    run(folder, f"{uv} pip install --python .venv/bin/python --require-hashes -r requirements-dev.txt")
    mine = {"PATH": f"{folder / '.venv/bin'}:{os.environ['PATH']}"}
    for command in ("ruff check", "ruff format --check", "mypy", "pytest -q"):
        run(folder, f".venv/bin/{command}", mine)


def test_web(copy: Copy) -> None:
    folder = copy("web")
    node = {"PATH": f"{program('node-bin')}:{os.environ['PATH']}"}
    npm = shlex.quote(str(program("node-bin") / "npm"))
    for command in ("ci --no-audit --no-fund", "run lint", "run typecheck", "run build", "test"):
        run(folder, f"{npm} {command}", node)


def test_users(copy: Copy) -> None:
    folder = copy("users")
    trust = f"-Djavax.net.ssl.trustStore={program('java-trust')}"
    java = {
        "JAVA_HOME": str(program("java-home")),
        "JDK_JAVA_OPTIONS": f'"{trust}"',
        # The tests with a real NATS server are left out where they are not told of one.
        "NATS_SERVER_BIN": str(program("nats-server")),
    }
    run(folder, f"{shlex.quote(str(program('mvn')))} -B -ntp -Pecj verify", java)

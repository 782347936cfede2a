"""One running blog for a whole run of pytest: a plugin that the suites conduit, browser and blog load.

BLOG_URL names a blog that runs already. Without it, a copy of examples/blog is brought up with a state of its own, and
taken down at the end, with its data; what is left of it then is an error.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

EXAMPLE = Path(__file__).parent.parent / "examples" / "blog"
NOT_COPIED = ("target", "node_modules", "dist", ".venv", ".*_cache", "__pycache__")
FIRST_BUILD_S = 600

T = TypeVar("T")


@dataclass(frozen=True)
class BlogApp:
    url: str
    folder: Path | None = None  # None: somebody else runs it
    state: Path | None = None

    def shoal(self, *words: str, timeout: float = 120) -> str:
        """Runs a verb in the blog's folder; its stdout."""
        if self.folder is None or self.state is None:
            pytest.skip("BLOG_URL names a blog that somebody else runs; this needs shoal on it")
        return _shoal(self.folder, self.state, *words, timeout=timeout)

    def ready(self, workload: str) -> list[dict[str, Any]]:
        """Its instances that are ready."""
        seen = json.loads(self.shoal("ps", "--json"))["instances"]
        return [one for one in seen if one["workload"] == workload and one["phase"] == "ready"]

    def environment(self, service: str) -> dict[str, str]:
        lines = self.shoal("exec", service, "env").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def heal(self) -> None:
        """Everything runs again, whatever a test stopped."""
        self.shoal("up", "-d", "--wait", "-q")


def share(config: pytest.Config) -> None:
    """For a suite's conftest: its tests may ask for `blog`, and get the one that the other suites have."""
    if not config.pluginmanager.has_plugin(__name__):
        config.pluginmanager.register(sys.modules[__name__], __name__)


def eventually(what: Callable[[], T], *, within: float, every: float = 0.05) -> T:
    """The first true value of `what`, or its last one when the time is up."""
    deadline = time.monotonic() + within
    while not (value := what()) and time.monotonic() < deadline:
        time.sleep(every)
    return value


@pytest.fixture(scope="session")
def blog() -> Iterator[BlogApp]:
    """The running blog that all suites of this run share."""
    if url := os.environ.get("BLOG_URL"):
        yield BlogApp(url.rstrip("/"))
        return
    # Not in pytest's own folder, which only its owner may enter: a database may run as somebody else.
    root = Path(tempfile.mkdtemp(prefix="shoal-blog-"))
    root.chmod(0o755)
    try:
        yield from _brought_up(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _brought_up(root: Path) -> Iterator[BlogApp]:
    folder, state = root / "blog", root / "state"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    try:
        url = _shoal(folder, state, "up", "-d", "--wait", timeout=FIRST_BUILD_S).split()[-1]
        yield BlogApp(url, folder, state)
    finally:
        realm = _realm_of(folder, state)
        _shoal(folder, state, "down", "-v", "--yes", timeout=120)
        left = eventually(lambda: not _processes_of(root, realm), within=5) or _processes_of(root, realm)
        assert left is True, f"left behind by `shoal down`: {left}"


def _shoal(folder: Path, state: Path, *words: str, timeout: float) -> str:
    command = [str(Path(sys.executable).with_name("shoal")), *words]
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"shoal {' '.join(words)} took more than {timeout} s\n{error.stderr!r}") from None
    assert done.returncode == 0, f"shoal {' '.join(words)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _realm_of(folder: Path, state: Path) -> str:
    """The mark that every process of an app carries in its environment; empty when nothing runs."""
    try:
        seen = json.loads(_shoal(folder, state, "ps", "--json", timeout=30))["instances"]
    except AssertionError:
        return ""
    marks = (_mark_of(one["pid"]) for one in seen if one["phase"] != "exited")
    return next((mark for mark in marks if mark), "")


def _mark_of(pid: int) -> str:
    words = _read(Path(f"/proc/{pid}/environ")).split("\0")
    return next((word for word in words if word.startswith("SHOAL_REALM=")), "")


def _processes_of(root: Path, realm: str) -> list[str]:
    """Who has the app's folders or its mark in command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        command, environment = _read(process / "cmdline"), _read(process / "environ")
        if str(root) in command + environment or (realm and realm in environment.split("\0")):
            found.append(f"{process.name} {command.replace(chr(0), ' ').strip()}")
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's own time is limited, not that of bringing the blog up before the first one."""
    for item in items:
        if "blog" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(60, func_only=True))

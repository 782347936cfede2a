"""Docker's own command, at an engine of the tests."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import time
from collections.abc import Callable

WITHIN = 60.0


class Docker:
    def __init__(self, host: str) -> None:
        self._env = {**os.environ, "DOCKER_HOST": host}

    def __call__(self, *words: str) -> str:
        return self._do(words).stdout

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """In a container of its own, which is gone then."""
        return self._do(("run", "--rm", *words))

    def put(self, container: str, path: str, content: str) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            member = tarfile.TarInfo(path.strip("/"))
            member.size, member.mode = len(content.encode()), 0o755
            tar.addfile(member, io.BytesIO(content.encode()))
        command = ["docker", "cp", "-", f"{container}:/"]
        subprocess.run(command, env=self._env, input=archive.getvalue(), capture_output=True, check=True)

    def until(self, asked: Callable[[], str]) -> str:
        """What it says as soon as it can be asked."""
        deadline = time.monotonic() + WITHIN
        while True:
            try:
                return asked()
            except (subprocess.CalledProcessError, OSError):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def _do(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["docker", *words], env=self._env, text=True, capture_output=True, check=True)

"""What others do with the same programs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shoal.build.engines import program

PATIENCE = 120.0
"""Seconds that it may take to end all."""


class Supervisord:
    """From PyPI, in an environment of its own that `uv` keeps; Python, as shoal is. `programs` are its sections."""

    VERSION = "4.3.0"

    def __init__(self, folder: Path, programs: Mapping[str, Mapping[str, str]]) -> None:
        self._folder, self._config = folder, folder / "supervisord.conf"
        self._python = self._installed()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        self._config.write_text(self._text(programs))

    def _installed(self) -> str:
        """An interpreter that has it."""
        command = ["tool", "run", "--python", sys.executable, "--from", f"supervisor=={self.VERSION}", "python"]
        which = [str(program("uv")), *command, "-c", "import sys; print(sys.executable)"]
        found = subprocess.run(which, capture_output=True, text=True, check=False)
        if found.returncode != 0:
            raise SystemExit(f"bench: supervisord can't be had: {found.stderr.strip()} (--no-peer leaves it out)")
        return found.stdout.strip()

    def _text(self, programs: Mapping[str, Mapping[str, str]]) -> str:
        folder = self._folder
        sections = [
            f"[supervisord]\nlogfile={folder}/supervisord.log\npidfile={folder}/supervisord.pid\nnodaemon=true\n",
            f"[unix_http_server]\nfile={folder}/supervisord.sock\n",
            "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = "
            "supervisor.rpcinterface:make_main_rpcinterface\n",
            f"[supervisorctl]\nserverurl=unix://{folder}/supervisord.sock\n",
        ]
        for name, own in programs.items():
            keys = {**own, "redirect_stderr": "true", "stdout_logfile": f"{folder}/{name}.log"}
            sections.append(f"[program:{name}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()))
        return "\n".join(sections)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        nothing = subprocess.DEVNULL
        command = [self._python, "-m", "supervisor.supervisord", "-c", str(self._config)]
        self._process = subprocess.Popen(command, cwd=self._folder, stdin=nothing, stdout=nothing, stderr=nothing)

    @contextmanager
    def running(self) -> Iterator[None]:
        """It and all its programs are ended at the end."""
        try:
            yield
        finally:
            if self._process:
                self._process.terminate()
                self._process.wait(PATIENCE)

    def listing(self) -> tuple[list[str], Mapping[str, str]]:
        """Its `ps`."""
        time.sleep(1)
        return self.ctl("status"), os.environ

    def ctl(self, *words: str) -> list[str]:
        return [self._python, "-m", "supervisor.supervisorctl", "-c", str(self._config), *words]

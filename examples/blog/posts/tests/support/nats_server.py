"""A real NATS server out of a wheel, for the tests alone."""

import subprocess
import sysconfig
from pathlib import Path

from tests.support.ports import free_port, wait_for_port


class NatsServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        program = Path(sysconfig.get_path("scripts")) / "nats-server"
        self._process = subprocess.Popen(
            [program, "-a", "127.0.0.1", "-p", str(self._port), "-js", "-sd", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self._port)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

"""Samples, built once per test run, and a launched one: by hand, with what any driver would put into its values."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shoal.build import artifact_folder, build, program, read_source
from shoal.model.app import Port, Service
from shoal.model.values import Ref, Value, concat
from shoal.model.values import program as program_ref
from shoal.stacks import Launch, Source, Stack, stack_of

SAMPLES = Path(__file__).parent / "samples"
PORTS = (Port(), Port("admin"))
COMMANDS: dict[str, tuple[Value, ...]] = {"command": (program_ref("python"), concat("server.py"))}


class Built(NamedTuple):
    """A sample after its build; `key` is empty where there was nothing to build."""

    service: Service
    source: Source
    stack: Stack
    key: str
    root: Path

    @property
    def folder(self) -> Path:
        return artifact_folder(self.root, self.key) if self.key else Path(self.source.path)

    def launch(self) -> Launch:
        return self.stack.launch(self.service, self.source, self.key)


class Running(NamedTuple):
    process: subprocess.Popen[bytes]
    ports: dict[str, int]
    log: Path

    def answer(self) -> dict[str, Any]:
        """What it says at /, as soon as it says anything."""
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['http']}/", timeout=5) as answer:
                    found = json.load(answer)
                    assert isinstance(found, dict)
                    return found
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.02)

    def stop(self, grace: float = 10) -> int:
        self.process.terminate()
        return self.process.wait(grace)


Start = Callable[[Launch, Built], Running]


async def build_sample(sample: str, folder: Path, root: Path) -> Built:
    """A copy of the sample in `folder`, built in `root`."""
    shutil.copytree(SAMPLES / sample, folder)
    service = Service(sample, path=str(folder), ports=PORTS, command=COMMANDS.get(sample, ()))
    source = read_source(folder)
    stack = stack_of(service, source)
    artifact = stack.artifact(sample, source)
    if artifact:
        await build(artifact, root=root)
    return Built(service, source, stack, artifact.key if artifact else "", root)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a launch; what still runs at the end is killed."""
    with contextlib.ExitStack() as stack:

        def run(launch: Launch, built: Built) -> Running:
            running = _run(launch, built, tmp_path / "log")
            stack.callback(_kill, running)
            return running

        yield run


def _run(launch: Launch, built: Built, log: Path) -> Running:
    ports = {port.name: _free_port() for port in PORTS}

    def resolve(ref: Ref) -> str:
        if ref.kind == "artifact":
            return str(artifact_folder(built.root, ref.name))
        if ref.kind == "program":
            return str(program(ref.name))
        return "127.0.0.1" if ref.attr == "host" else str(ports[ref.attr.removeprefix("port:")])

    env = {name: value.render(resolve) for name, value in launch.env.items()}
    command = [value.render(resolve) for value in launch.command]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={"PATH": os.defpath} | env,
            cwd=launch.cwd.render(resolve),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return Running(process, ports, log)


def _kill(running: Running) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

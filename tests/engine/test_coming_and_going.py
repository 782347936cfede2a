"""An engine leaves nothing behind, however it ends; and tells what is left in it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.engine import network
from tests.engine.daemon import Daemon
from tests.engine.keeper import PID, Engine, ended, started
from tests.engine.quiet import Left, using
from tests.engine.tool import Docker

pytestmark = pytest.mark.docker
IMAGE = "debian:bookworm-slim"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, for there are sockets in it."""
    with TemporaryDirectory(prefix="shoal-bed-") as made:
        yield Path(made)


@pytest.fixture
def daemon(engine: Engine, folder: Path) -> Iterator[Daemon]:
    daemon = Daemon(folder / "own", engine.registry)
    daemon.start()
    yield daemon
    daemon.stop()


def busy(docker: Docker) -> None:
    docker("network", "create", "busy")
    docker("run", "--detach", "--name", "busy", "--network", "busy", "--volume", "busy:/data", IMAGE, "sleep", "1000")


def traces(of: str) -> list[str]:
    """What the machine says of an engine: processes, mounts, groups, links."""
    told = list(commands())
    told += Path("/proc/self/mountinfo").read_text().splitlines()
    told += [str(path) for depth in ("*", "*/*") for path in Path("/sys/fs/cgroup").glob(depth)]
    return [line for line in told if of in line]


def commands() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")


def test_nothing_is_left_of_a_daemon_that_ends(daemon: Daemon) -> None:
    busy(Docker(daemon.host))
    assert traces(str(daemon.folder))
    before = network.links()
    daemon.stop()
    assert not traces(str(daemon.folder))
    assert not traces(daemon.name)
    assert not daemon.folder.exists()
    assert len(before - network.links()) >= 2  # the first network and the one that was made


def test_nothing_is_left_of_a_daemon_that_died(daemon: Daemon) -> None:
    busy(Docker(daemon.host))
    daemon.kill()
    assert traces(daemon.name)
    daemon.stop()
    assert not traces(str(daemon.folder))
    assert not traces(daemon.name)


def test_a_daemon_that_died_comes_back_with_what_it_knew(daemon: Daemon) -> None:
    docker = Docker(daemon.host)
    busy(docker)
    daemon.kill()
    daemon.start()
    assert docker("container", "ls", "--all", "--format", "{{.Names}}").split() == ["busy"]
    assert docker.run("--volume", "busy:/data", IMAGE, "ls", "-d", "/data") is not None


def test_two_engines_keep_out_of_each_others_way(engine: Engine, daemon: Daemon) -> None:
    docker, other = Docker(daemon.host), Docker(engine.host)
    busy(docker)
    assert "busy" not in other("container", "ls", "--format", "{{.Names}}").split()


def test_an_engine_ends_with_the_process_that_it_is_for(folder: Path) -> None:
    with subprocess.Popen(["sleep", "1000"]) as owner:
        engine = started(folder / "kept", owner.pid)
        assert Docker(engine.host)("version")
        owner.kill()
    until_gone(str(folder / "kept"))
    assert not (folder / "kept").exists()


def test_an_engine_ends_when_its_keeper_is_killed(engine: Engine, folder: Path) -> None:
    """What it had in containers, too. What else there was of it goes when another starts."""
    orphan = started(folder / "kept", 0)
    docker = Docker(orphan.host)
    busy(docker)
    networks = docker("network", "ls", "--no-trunc", "--quiet", "--filter", "driver=bridge").split()
    # Others' come and go at the same time.
    own = {f"br-{name[:12]}" for name in networks} & network.links()
    os.kill(int((folder / "kept" / PID).read_text()), signal.SIGKILL)
    until_gone(f"{folder / 'kept'}/")
    assert own
    another = Daemon(folder / "another", engine.registry)
    another.start()
    another.stop()
    assert not own & network.links()


def test_whoever_asks_twice_gets_the_same_engine(folder: Path) -> None:
    first = started(folder / "kept", 0)
    assert started(folder / "kept", 0) == first
    ended(folder / "kept")
    assert not (folder / "kept").exists()


def test_what_a_test_leaves_is_said_by_name_and_removed(daemon: Daemon, folder: Path) -> None:
    docker = Docker(daemon.host)
    said = pytest.raises(Left, match=r"left in the engine by one or another: .*'containers': \['forgotten'\]")
    with said, using(folder, daemon.client, "one"), using(folder, daemon.client, "another"):
        docker("run", "--detach", "--name", "forgotten", "--label", "shoal.realm=x", IMAGE, "sleep", "1000")
        docker("volume", "create", "--label", "shoal.realm=x", "kept")
    assert daemon.client.labelled("shoal.") == {}
    with using(folder, daemon.client, "third"):
        docker("volume", "create", "foreign")


def until_gone(of: str) -> None:
    deadline = time.monotonic() + 60
    while traces(of):
        assert time.monotonic() < deadline, traces(of)
        time.sleep(0.05)

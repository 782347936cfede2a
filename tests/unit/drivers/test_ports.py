from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.drivers.process import ports
from shoal.drivers.process.ports import HOST, LOWEST, Allotments, is_free, span
from shoal.errors import PortInUse, StartFailed, StateDamaged
from shoal.model.observed import Endpoint


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        sock.listen()
        yield sock.getsockname()[1]


def test_ports_lie_outside_the_ephemeral_range() -> None:
    assert span("32768\t60999\n") == range(LOWEST, 32768)
    assert span("1024 60999") == range(61000, 65536)
    assert span("1024 65535") == range(LOWEST, 32768)


def test_a_port_with_a_listener_is_not_free(listener: int) -> None:
    assert not is_free(listener)


def test_allotments_are_recorded_and_differ(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = Allotments(path).of(["a", "b"])
    again = Allotments(path)
    assert again.of(["b", "a"]) == first
    assert again.of(["c"])["c"] not in first.values()
    assert len({endpoint.port for endpoint in again.known().values()}) == 3


def test_a_strangers_port_means_another_one(tmp_path: Path, listener: int) -> None:
    path = tmp_path / "ports.json"
    path.write_text(f'{{"users-db": {listener}, "users-db:pg": {listener}}}')
    allotments = Allotments(path)
    allotments.claim("users-db")
    moved = allotments.known()
    assert moved["users-db"].port != listener
    assert moved["users-db"] == moved["users-db:pg"]
    assert Allotments(path).known() == moved


def test_a_fixed_port_is_never_moved_and_its_holder_is_named(tmp_path: Path, listener: int) -> None:
    allotments = Allotments(tmp_path / "ports.json")
    allotments.fix("gateway", Endpoint(HOST, listener))
    assert allotments.of(["gateway"]) == {"gateway": Endpoint(HOST, listener)}
    with pytest.raises(PortInUse, match=rf"port {listener} for gateway is taken by pid {os.getpid()} \("):
        allotments.claim("gateway")


def test_a_fixed_host_with_any_port_gets_one(tmp_path: Path) -> None:
    allotments = Allotments(tmp_path / "ports.json")
    allotments.fix("gateway", Endpoint("0.0.0.0", 0))
    assert allotments.of(["gateway"])["gateway"].host == "0.0.0.0"
    assert allotments.of(["gateway"])["gateway"].port >= LOWEST


def test_a_damaged_record_is_an_error_with_its_name_until_nothing_runs(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    path.write_text('{"a": 15')
    allotments = Allotments(path)
    with pytest.raises(StateDamaged, match=r"ports\.json can't be read"):
        allotments.of(["a"])
    allotments.rebuild()
    assert set(allotments.of(["a"])) == {"a"}


def test_a_port_that_is_roots_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "may_bind", lambda port: port >= 1024)
    ports.check_allowed("gateway", 8443)
    with pytest.raises(StartFailed, match="gateway can't have port 443: such low ones are root's here"):
        ports.check_allowed("gateway", 443)

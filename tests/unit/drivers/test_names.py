"""Hosts files, and what keeps a name from being answered."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.drivers.process import names
from shoal.drivers.process.names import Names
from shoal.errors import StateDamaged
from shoal.model.workload import Edge


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    monkeypatch.setattr(names, "why_not", lambda: "")
    return Names(tmp_path / "hosts.json", lambda: 0)


@pytest.fixture
def everywhere() -> Iterator[int]:
    """A port at which a stranger listens at every address."""
    with socket.create_server(("", 0)) as server:
        yield server.getsockname()[1]


def test_a_hosts_file_is_the_systems_own_and_what_this_caller_needs(mine: Names) -> None:
    text = mine.hosts({"users": "posts->users", "posts-db": ""})
    own = mine.endpoints([Edge("posts", "users", named=8080)])["posts->users"].host
    assert text.startswith(Path("/etc/hosts").read_text().rstrip())
    assert text.splitlines()[-2:] == [f"{own}\tusers", "127.0.0.1\tposts-db"]


def test_a_port_that_somebody_has_at_every_address_is_left_out_by_name(mine: Names, everywhere: int) -> None:
    edges = [Edge("posts", "users", named=everywhere), Edge("posts", "mails", named=0)]
    assert mine.endpoints(edges) == {}
    assert mine.refused(edges) == (
        f"nothing answers at users on port {everywhere}: somebody listens there at every address",
    )


def test_what_the_mesh_has_itself_is_no_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, everywhere: int
) -> None:
    monkeypatch.setattr(names, "why_not", lambda: "")
    mine = Names(tmp_path / "hosts.json", os.getpid)
    assert set(mine.endpoints([Edge("posts", "users", named=everywhere)])) == {"posts->users"}


def test_a_damaged_record_is_named(mine: Names, tmp_path: Path) -> None:
    (tmp_path / "hosts.json").write_text("{")
    with pytest.raises(StateDamaged, match=r"hosts\.json can't be read"):
        mine.endpoints([Edge("posts", "users", named=8080)])

"""A port that the file fixes: the instance has that number, or there must be a clear error."""

from __future__ import annotations

import socket

import pytest

from shoal.errors import PortInUse
from shoal.model.app import Port
from tests.conformance.drivers.bed import Bed, ProcessBed


def unused() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_it_is_the_endpoint_beside_allotted_ones(bed: Bed) -> None:
    number = unused()
    users = bed.runs("users", ports=(Port("http"), Port("admin", number=number)))
    instance = await bed.driver.start(users, 0)
    assert instance.endpoints["admin"].port == number
    assert instance.endpoints["http"].port not in (0, number)


async def test_after_a_stop_the_next_one_has_it_again(bed: Bed) -> None:
    users = bed.runs("users", ports=(Port(number=unused()),))
    first = await bed.driver.start(users, 0)
    await bed.driver.stop(first.id)
    assert (await bed.driver.start(users, 0)).endpoints == first.endpoints


async def test_a_stranger_there_is_named(processes: ProcessBed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        number = stranger.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"port {number} for users is taken by pid \d+ \("):
            await processes.driver.start(processes.runs("users", ports=(Port(number=number),)), 0)
    assert await processes.driver.observe() == ()


async def test_what_runs_beside_has_another_number(bed: Bed) -> None:
    number = unused()
    workload = bed.runs("users", ports=(Port(number=number, env=("LISTEN",)),))
    await bed.driver.start(workload, 0)
    assert (await bed.driver.invocation(workload, ("env",))).env["LISTEN"] != str(number)

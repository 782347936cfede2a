"""A program that refuses to be root must run all the same, with data that only root can reach."""

from __future__ import annotations

import os
from functools import partial

import pytest

from shoal.model.app import Port
from shoal.model.values import Ref, Value, concat, own
from tests.conformance.drivers.bed import ProcessBed, until, words
from tests.conformance.drivers.engines import engine

DATA = Value((Ref("data", "users-db"),))


def serves(bed: ProcessBed, instance: str) -> bool:
    return any("ready to accept" in line for line in bed.log(instance))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a reason not to be itself")
async def test_it_is_not_root_and_can_write_its_data(processes: ProcessBed) -> None:
    processes.root.parent.chmod(0o700)
    script = 'id -u; touch "$D/x" && echo written'
    for unprivileged, user in ((False, "0"), (True, "65534")):
        fields = {"data": "users-db", "env": {"D": DATA}, "unprivileged": unprivileged}
        instance = await processes.driver.start(processes.shell("db", script, **fields), 0)
        assert (await processes.ended(instance.id)).exit == 0
        assert processes.log(instance.id) == [user, "written"]


async def test_postgres_makes_its_data_and_serves_it(processes: ProcessBed) -> None:
    common = {"data": "users-db", "unprivileged": True, "cwd": DATA}
    make = words(engine("initdb"), "-U", "admin", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "-D")
    job = processes.workload("initdb", kind="job", command=(*make, concat(DATA, "/pg")), **common)
    made = await processes.driver.start(job, 0)
    assert (await processes.ended(made.id)).exit == 0, processes.log(made.id)
    serve = words(engine("postgres"), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
    command = (*serve, concat("-p"), own("port"), concat("-D"), concat(DATA, "/pg"))
    ports = (Port("postgres", "tcp"),)
    server = processes.workload("users-db", kind="backing", command=command, ports=ports, stable_ports=True, **common)
    for grace in (None, 0.0):
        instance = await processes.driver.start(server, 0)
        await until(partial(serves, processes, instance.id), "Postgres")
        assert len(processes.left()) >= 1
        await processes.driver.stop(instance.id, grace=grace)
        assert processes.left() == []

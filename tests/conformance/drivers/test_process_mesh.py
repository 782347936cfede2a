"""Publishing to a real Envoy: accepted means that Envoy says so, refused means an error with its reason."""

from __future__ import annotations

import json
import socket

import pytest

from shoal.drivers.process.driver import ProcessDriver
from shoal.errors import DriverFailed, PortInUse
from shoal.mesh import bootstrap
from shoal.model.observed import Endpoint
from shoal.model.snapshot import Snapshot
from tests.conformance.drivers.bed import ProcessBed
from tests.conformance.drivers.engines import engine


def snapshot(version: str, **cluster: object) -> Snapshot:
    kind = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
    resource = {"@type": kind, "name": "users", "connect_timeout": "1s", **cluster}
    files = {
        "lds.json": json.dumps({"version_info": version, "resources": []}),
        "cds.json": json.dumps({"version_info": version, "resources": [resource]}),
    }
    return Snapshot(version, files)


@pytest.fixture
async def mesh(processes: ProcessBed) -> ProcessBed:
    await processes.driver.close()
    processes.driver = ProcessDriver(processes.root, programs=engine)
    await processes.driver.open(processes.wake)
    return processes


async def test_files_are_written_although_no_mesh_runs(mesh: ProcessBed) -> None:
    await mesh.driver.publish(snapshot("v1"))
    assert json.loads((mesh.root / "mesh/xds/cds.json").read_text())["version_info"] == "v1"


async def test_the_gateways_fixed_port_is_taken(mesh: ProcessBed) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        endpoint = Endpoint("127.0.0.1", stranger.getsockname()[1])
        mesh.driver.fix("gateway", endpoint)
        with pytest.raises(PortInUse, match=f"port {endpoint.port} for gateway is taken by pid"):
            await mesh.driver.start(mesh.runs("mesh", kind="mesh"), 0)
    assert await mesh.driver.observe() == ()
    await mesh.driver.start(mesh.runs("mesh", kind="mesh"), 0)


async def test_a_snapshot_is_accepted_refused_and_survives_a_restart(mesh: ProcessBed) -> None:
    workload = bootstrap.workload("blog")
    first = await mesh.driver.start(workload, 0)
    await mesh.driver.publish(snapshot("v1"))
    await mesh.driver.publish(snapshot("v2"))
    with pytest.raises(DriverFailed, match="refused the configuration v3") as refused:
        await mesh.driver.publish(snapshot("v3", nonsense=True))
    assert "nonsense" in refused.value.hint
    await mesh.driver.publish(snapshot("v4"))
    await mesh.driver.stop(first.id, grace=0)
    await mesh.driver.start(workload, 0)
    await mesh.driver.publish(snapshot("v4"))
    await mesh.driver.publish(snapshot("v5"))


async def test_a_mesh_that_dies_meanwhile_is_an_error(mesh: ProcessBed) -> None:
    script = "while ! grep -q v1 xds/cds.json; do sleep 0.02; done; exit 1"
    await mesh.driver.start(mesh.shell("mesh", script, kind="mesh"), 0)
    with pytest.raises(DriverFailed, match="the mesh ended"):
        await mesh.driver.publish(snapshot("v1"))

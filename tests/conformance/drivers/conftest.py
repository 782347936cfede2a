"""The beds. A test that leaves a process behind fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.drivers.bed import Bed, DockerBed, FakeBed, ProcessBed
from tests.conformance.drivers.differences import DIFFERENCES

DRIVERS = ["fake", "process", pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture(params=DRIVERS)
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    differs = DIFFERENCES.get(request.param, {}).get(request.function.__name__)
    if differs:
        request.applymarker(pytest.mark.xfail(strict=not differs.chance, reason=differs.what))
    chosen = _bed(request, tmp_path / "state")
    await chosen.driver.open(chosen.wake)
    yield chosen
    await chosen.clean()
    if request.param == "process":
        assert chosen.left() == []


def _bed(request: pytest.FixtureRequest, state: Path) -> Bed:
    if request.param == "fake":
        return FakeBed()
    if request.param == "process":
        return ProcessBed(state)
    return DockerBed(state, request.getfixturevalue("engine").host)


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[ProcessBed]:
    """Processes, with a state folder whose path is too long for a socket and holds a space."""
    chosen = ProcessBed(tmp_path / ("a long name " * 10) / "state")
    await chosen.driver.open(chosen.wake)
    yield chosen
    await chosen.clean()
    assert chosen.left() == []

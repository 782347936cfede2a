"""The stand, in a state folder whose path is long and holds a space; and one server of each engine that several tests
ask."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from shoal.backing import Consumer
from shoal.build.engines import program
from shoal.errors import ToolMissing
from tests.conformance.backing.clients import CLIENTS, EngineClient, Properties
from tests.conformance.backing.stand import Stand, stand_in

ANN, BEN = Consumer("ann"), Consumer("ben")
FOLDER = f"{('a long name ' * 8).strip()}/state"
BY_NAME = {type(client.backing.engine).__name__: client for client in CLIENTS.values()}


@dataclass(frozen=True)
class Served:
    """A server of an engine that goes on from test to test. Each begins with `again`, and counts on no more."""

    stand: Stand
    client: EngineClient

    async def again(self) -> tuple[Properties, Properties]:
        """It is up, and made for two: what ann has, what ben has."""
        await self.stand.up(self.client.backing, ANN, BEN)
        return self.stand.properties(self.client.backing, ANN), self.stand.properties(self.client.backing, BEN)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_in(tmp_path / FOLDER) as stand:
        yield stand


@pytest.fixture(params=BY_NAME)
def client(request: pytest.FixtureRequest) -> EngineClient:
    return _client(request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BY_NAME)
async def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """For tests with `pytest.mark.asyncio(loop_scope="module")`."""
    client = _client(request.param)
    async with stand_in(tmp_path_factory.mktemp("served") / FOLDER) as stand:
        yield Served(stand, client)


def _client(engine: str) -> EngineClient:
    needs(*BY_NAME[engine].programs)
    return BY_NAME[engine]


def needs(*programs: str) -> None:
    """Leaves a test out, by name, on a machine that lacks a program which no wheel brings; never where tests are to be
    whole (CI installs them all)."""
    for name in programs:
        try:
            program(name)
        except ToolMissing as problem:
            if os.environ.get("SHOAL_TESTS") == "whole":
                raise
            pytest.skip(str(problem))

"""The stand, in a state folder whose path is long and holds a space."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shoal.build.engines import program
from shoal.errors import ToolMissing
from tests.conformance.backing.clients import CLIENTS, EngineClient
from tests.conformance.backing.stand import Stand, stand_in


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_in(tmp_path / ("a long name " * 8).strip() / "state") as stand:
        yield stand


@pytest.fixture(params=CLIENTS.values(), ids=lambda client: type(client.backing.engine).__name__)
def client(request: pytest.FixtureRequest) -> EngineClient:
    found: EngineClient = request.param
    needs(*found.programs)
    return found


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

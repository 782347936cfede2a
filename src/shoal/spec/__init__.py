"""THE FILE: shoal.yaml → App.

load(folder_or_file, environment=, variables=)   the App, or every problem of the file with its place
find(start)                                      the file of the app that a folder belongs to
variables(folder, given)                         the caller's variables over those of `.env`
schema()                                         the JSON Schema of the file
"""

from __future__ import annotations

from typing import Any

from shoal.spec.dotenv import variables
from shoal.spec.finding import find
from shoal.spec.loading import load

__all__ = ["find", "load", "schema", "variables"]


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, made from the models."""
    from shoal.spec.json_schema import made

    return made()

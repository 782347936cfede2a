"""THE FILE: shoal.yaml → App.

load(folder_or_file, environment=, target=, variables=, env_files=)   the App, or every problem of the file, placed
asked_target(file, environment, variables, env_files)   what it is to run on
find(start)                                   the file of the app that a folder belongs to
known(folder, environment, given, env_files)  the caller's variables over those of `.env` and its kin
schema()                                      the JSON Schema of the file
"""

from __future__ import annotations

from typing import Any

from shoal.spec.asked_target import asked_target
from shoal.spec.finding import find
from shoal.spec.loading import load
from shoal.spec.variables import known

__all__ = ["asked_target", "find", "known", "load", "schema"]


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, made from the models."""
    from shoal.spec.json_schema import made

    return made()

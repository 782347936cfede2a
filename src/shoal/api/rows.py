"""An instance as clients see it."""

from __future__ import annotations

from typing import Any

import msgspec

from shoal.model.observed import Instance


def row(instance: Instance) -> dict[str, Any]:
    """Its fields, with `ports` (name -> number) for people."""
    fields: dict[str, Any] = msgspec.to_builtins(instance)
    return fields | {"ports": {name: port for name, (_, port) in instance.endpoints.items()}}

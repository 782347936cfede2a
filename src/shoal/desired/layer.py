"""Where a service's variables come from: layers, the later of which win."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from shoal.model.values import Value


class Layer(msgspec.Struct, frozen=True):
    """Variables that one source gives a service. `path` is where the file asks for it, dotted."""

    source: str
    values: dict[str, Value]
    path: str = ""


def merged(layers: Iterable[Layer]) -> dict[str, Value]:
    """What the service gets."""
    return {name: value for layer in layers for name, value in layer.values.items()}

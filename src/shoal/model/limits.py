"""Limits: what one instance may take at most."""

from __future__ import annotations

import msgspec

UNITS = (("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10))


class Limits(msgspec.Struct, frozen=True):
    """0: as much as there is. `cpu` is in cores, `memory` in bytes, `pids` counts processes and threads, `disk` is
    what it may keep in its scratch folder, in bytes."""

    cpu: float = 0.0
    memory: int = 0
    pids: int = 0
    disk: int = 0

    def asked(self) -> tuple[str, ...]:
        """The kinds that are limited."""
        return tuple(field for field in self.__struct_fields__ if getattr(self, field))


def amount(size: int) -> str:
    """Bytes as the file writes them: `256Mi`."""
    return next((f"{size // unit}{name}" for name, unit in UNITS if size and size % unit == 0), str(size))

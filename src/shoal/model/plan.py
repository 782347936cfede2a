"""Plan: operations, each one platform call with its cause, in an order that `after` draws."""

from __future__ import annotations

import msgspec


class Operation(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """`id` is stable text (`start users/0`); `after` lists the ids (or conditions in words) that come first."""

    id: str
    cause: str
    after: tuple[str, ...] = ()


class Build(Operation, frozen=True, kw_only=True, tag=True):
    artifact: str


class Start(Operation, frozen=True, kw_only=True, tag=True):
    """`failures` is how often in a row this slot has ended by itself."""

    workload: str
    revision: str
    index: int
    failures: int = 0


class Stop(Operation, frozen=True, kw_only=True, tag=True):
    """Out of the endpoints it is already (a `Publish` comes first); then signal, grace, kill."""

    instance: str


class Forget(Operation, frozen=True, kw_only=True, tag=True):
    """Drop the record of an ended instance."""

    instance: str


class Publish(Operation, frozen=True, kw_only=True, tag=True):
    """Hand the mesh its newest configuration."""

    version: str


AnyOperation = Build | Start | Stop | Forget | Publish


class Plan(msgspec.Struct, frozen=True):
    """`wake` is when to look again although nothing happened (a back-off ends), in seconds since the epoch, or 0."""

    operations: tuple[AnyOperation, ...] = ()
    wake: float = 0.0

    def ready(self) -> tuple[AnyOperation, ...]:
        """The operations that wait for nothing."""
        return tuple(op for op in self.operations if not op.after)

    def __str__(self) -> str:
        lines = []
        for op in self.operations:
            waits = f"  [after {', '.join(op.after)}]" if op.after else ""
            lines.append(f"{op.id}: {op.cause}{waits}")
        return "\n".join(lines) if lines else "nothing to do"

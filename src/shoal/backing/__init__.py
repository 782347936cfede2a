"""Backing services, one file each. To add one: its file here, its line in `ENGINES`, its options in `model.app`."""

from __future__ import annotations

from shoal.backing.engine import BackingEngine, Consumer
from shoal.backing.nats import NatsEngine
from shoal.backing.postgres import PostgresEngine
from shoal.model.app import Backing, Nats, Postgres

ENGINES: dict[type, BackingEngine] = {
    Postgres: PostgresEngine(),
    Nats: NatsEngine(),
}


def engine_of(backing: Backing) -> BackingEngine:
    return ENGINES[type(backing.engine)]


__all__ = ["ENGINES", "BackingEngine", "Consumer", "engine_of"]

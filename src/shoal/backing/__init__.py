"""Backing services, one file each. To add one: its file here, its line in `ENGINES`, its options in `model.app`."""

from __future__ import annotations

from shoal.backing.engine import BackingEngine, Consumer
from shoal.backing.external import ExternalEngine, mongodb
from shoal.backing.mysql import MysqlEngine
from shoal.backing.nats import NatsEngine
from shoal.backing.postgres import PostgresEngine
from shoal.backing.rabbitmq import RabbitmqEngine
from shoal.backing.redis import RedisEngine
from shoal.model.app import Backing, External, Mysql, Nats, Postgres, Rabbitmq, Redis

ENGINES: dict[type, BackingEngine] = {
    Postgres: PostgresEngine(),
    Nats: NatsEngine(),
    Redis: RedisEngine(),
    Mysql: MysqlEngine(),
    Rabbitmq: RabbitmqEngine(),
}


# By kind: what runs elsewhere hands out what it would hand out here.
_VARIABLES = {
    "postgres": ENGINES[Postgres].variables,
    "mysql": ENGINES[Mysql].variables,
    "mariadb": ENGINES[Mysql].variables,
    "redis": ENGINES[Redis].variables,
    "rabbitmq": ENGINES[Rabbitmq].variables,
    "nats": ENGINES[Nats].variables,
    "mongodb": mongodb,
}
EXTERNAL: dict[str, BackingEngine] = {kind: ExternalEngine(variables) for kind, variables in _VARIABLES.items()}


def engine_of(backing: Backing) -> BackingEngine:
    if isinstance(backing.engine, External):
        return EXTERNAL[backing.engine.kind]
    return ENGINES[type(backing.engine)]


__all__ = ["ENGINES", "EXTERNAL", "BackingEngine", "Consumer", "engine_of"]

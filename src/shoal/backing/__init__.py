"""Backing services, one file each. To add one: its file here, its line in `ENGINES`, its options in `model.app`."""

from __future__ import annotations

from shoal.backing.engine import BackingEngine, Consumer
from shoal.backing.mysql import MysqlEngine
from shoal.backing.nats import NatsEngine
from shoal.backing.postgres import PostgresEngine
from shoal.backing.rabbitmq import RabbitmqEngine
from shoal.backing.redis import RedisEngine
from shoal.model.app import Backing, Mysql, Nats, Postgres, Rabbitmq, Redis

ENGINES: dict[type, BackingEngine] = {
    Postgres: PostgresEngine(),
    Nats: NatsEngine(),
    Redis: RedisEngine(),
    Mysql: MysqlEngine(),
    Rabbitmq: RabbitmqEngine(),
}


def engine_of(backing: Backing) -> BackingEngine:
    return ENGINES[type(backing.engine)]


__all__ = ["ENGINES", "BackingEngine", "Consumer", "engine_of"]

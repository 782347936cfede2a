"""`backing` and `secrets`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.models.limits import LimitsEntry
from shoal.spec.scalars import Duration, Size, Template


class StreamEntry(Written, frozen=True, kw_only=True):
    """A JetStream stream."""

    name: Annotated[str, Meta(description="Its name.")]
    subjects: Annotated[list[str], Meta(description="The subjects it keeps; * and > are wildcards.")]
    max_age: Annotated[Duration, Meta(description="Messages older than this go; 0 keeps them for ever.")] = Duration(0)
    max_bytes: Annotated[Size | UnsetType, Meta(description="The oldest go beyond this. Default: no bound.")] = UNSET


class PostgresEntry(Written, frozen=True, kw_only=True):
    """A PostgreSQL server."""

    version: Annotated[Literal[16, 18], Meta(description="Major version.")] = 16
    database: Annotated[str, Meta(description="Its database. Default: the entry's name.")] = ""
    init: Annotated[list[str], Meta(description="SQL files, run once on a new database as its owner.")] = []


class NatsEntry(Written, frozen=True, kw_only=True):
    """A NATS server with JetStream."""

    streams: Annotated[list[StreamEntry], Meta(description="Streams to have.")] = []


_VERSION = Meta(description="The version to have, as far as it matters: 7, 7.2, ... Default: the one that is there.")


class RedisEntry(Written, frozen=True, kw_only=True):
    """A Redis server. Without a version it is Valkey, which comes with shoal and speaks the same."""

    version: Annotated[str, _VERSION] = ""
    max_memory: Annotated[Size | UnsetType, Meta(description="Most memory for data. Default: no bound.")] = UNSET
    evict: Annotated[
        Literal[
            "noeviction",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
        ],
        Meta(description="Which keys go when `max_memory` is reached."),
    ] = "noeviction"
    init: Annotated[list[str], Meta(description="Files of commands, one a line, run once on new data.")] = []


class MysqlEntry(Written, frozen=True, kw_only=True):
    """A MariaDB server, which speaks MySQL's protocol."""

    version: Annotated[str, _VERSION] = ""
    database: Annotated[str, Meta(description="Its database. Default: the entry's name.")] = ""
    init: Annotated[list[str], Meta(description="SQL files, run once on a new database.")] = []


class RabbitmqEntry(Written, frozen=True, kw_only=True):
    """A RabbitMQ server."""

    version: Annotated[str, _VERSION] = ""
    vhost: Annotated[str, Meta(description="The virtual host of needs that name none.")] = "/"
    definitions: Annotated[
        list[str], Meta(description="JSON files of RabbitMQ's definitions: queues, exchanges, bindings, policies.")
    ] = []


class ExternalEntry(Written, frozen=True, kw_only=True):
    """A service that somebody else runs: what it hands out is the same, but nothing is started."""

    kind: Annotated[
        Literal["postgres", "mysql", "mariadb", "redis", "rabbitmq", "nats", "mongodb"] | UnsetType,
        Meta(description="What it is. Default: what the scheme of `uri` says."),
    ] = UNSET
    uri: Annotated[
        Template | UnsetType, Meta(description="All in one: a `${secrets.NAME}`, or a text without a password.")
    ] = UNSET
    host: Annotated[Template | UnsetType, Meta(description="Where it is.")] = UNSET
    port: Annotated[Template | UnsetType, Meta(description="Default: the usual one of its kind.")] = UNSET
    username: Annotated[Template | UnsetType, Meta(description="Who logs in.")] = UNSET
    password: Annotated[Template | UnsetType, Meta(description="A `${secrets.NAME}`.")] = UNSET
    database: Annotated[Template | UnsetType, Meta(description="The database, number or virtual host.")] = UNSET
    timeout: Annotated[Duration, Meta(description="How long `up` waits for it to be reachable.")] = Duration(60)


class BackingEntry(Written, frozen=True, kw_only=True):
    """A backing service: exactly one engine, with its settings or nothing."""

    postgres: Annotated[PostgresEntry | UnsetType | None, Meta(description="PostgreSQL.")] = UNSET
    nats: Annotated[NatsEntry | UnsetType | None, Meta(description="NATS with JetStream.")] = UNSET
    redis: Annotated[RedisEntry | UnsetType | None, Meta(description="Redis.")] = UNSET
    mysql: Annotated[MysqlEntry | UnsetType | None, Meta(description="MySQL's protocol, by MariaDB.")] = UNSET
    mariadb: Annotated[MysqlEntry | UnsetType | None, Meta(description="MariaDB.")] = UNSET
    rabbitmq: Annotated[RabbitmqEntry | UnsetType | None, Meta(description="RabbitMQ.")] = UNSET
    limits: Annotated[LimitsEntry | UnsetType, Meta(description="What it may take at most; no `disk`.")] = UNSET
    external: Annotated[ExternalEntry | UnsetType, Meta(description="Run by somebody else.")] = UNSET


class SecretEntry(Written, frozen=True, kw_only=True):
    """Where a secret comes from: exactly one source."""

    env: Annotated[str | UnsetType, Meta(description="A variable of the caller's environment, or of .env.")] = UNSET
    file: Annotated[str | UnsetType, Meta(description="A file, relative to this one.")] = UNSET
    generate: Annotated[
        int | bool | UnsetType | None,
        Meta(ge=8, le=1024, description="Made at first start: this many random characters (32)."),
    ] = UNSET

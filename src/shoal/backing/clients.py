"""Packages by which a service shows that it talks to an engine: engine's tag -> stack -> packages."""

from __future__ import annotations

CLIENTS: dict[str, dict[str, frozenset[str]]] = {
    "postgres": {
        "python": frozenset({"psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000"}),
        "node": frozenset({"pg", "postgres", "pg-promise", "slonik"}),
        "java": frozenset({"postgresql", "r2dbc-postgresql", "flyway-database-postgresql", "quarkus-jdbc-postgresql"}),
    },
    "mysql": {
        "python": frozenset({"pymysql", "mysqlclient", "mysql-connector-python", "aiomysql", "asyncmy"}),
        "node": frozenset({"mysql", "mysql2"}),
        "java": frozenset({"mysql-connector-j", "mysql-connector-java"}),
    },
    "mariadb": {
        "python": frozenset({"mariadb"}),
        "node": frozenset({"mariadb"}),
        "java": frozenset({"mariadb-java-client"}),
    },
    "mongodb": {
        "python": frozenset({"pymongo", "motor", "beanie", "mongoengine"}),
        "node": frozenset({"mongodb", "mongoose"}),
        "java": frozenset({"mongodb-driver-sync", "spring-boot-starter-data-mongodb"}),
    },
    "redis": {
        "python": frozenset({"redis", "valkey", "aioredis", "rq"}),
        "node": frozenset({"redis", "ioredis", "bullmq", "valkey"}),
        "java": frozenset({"jedis", "lettuce-core", "spring-boot-starter-data-redis"}),
    },
    "rabbitmq": {
        "python": frozenset({"pika", "aio-pika", "kombu"}),
        "node": frozenset({"amqplib", "rabbitmq-client"}),
        "java": frozenset({"amqp-client", "spring-boot-starter-amqp"}),
    },
    "nats": {
        "python": frozenset({"nats-py"}),
        "node": frozenset({"nats", "@nats-io/transport-node", "@nats-io/nats-core"}),
        "java": frozenset({"jnats"}),
    },
}

SHARED = frozenset({"nats", "rabbitmq", "redis"})
"""Engines that services of an app usually share; of the others each has its own."""

"""The SQL that makes databases and roles. It may run any number of times."""

from __future__ import annotations

from shoal.backing.engine import Consumer
from shoal.model.values import Value, concat, own, secret

MARK = "initialised by shoal"


def provision(server: str, default: str, consumers: tuple[Consumer, ...], init: tuple[str, ...]) -> Value:
    """A psql script. `init` are names of SQL files beside it, run once in the default database, as its owner."""
    databases = sorted({default} | {c.database for c in consumers if c.database})
    parts: list[Value] = [_database(name) for name in databases]
    parts += [_consumer(server, consumer, consumer.database or default) for consumer in consumers]
    parts += [_schema(name) for name in databases]
    parts += [_init(default, init)] if init else []
    return concat(*parts)


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """An SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def owner(database: str) -> str:
    """The role that owns all of a database; nobody logs in as it."""
    return f"{database}.owner"


def _role(name: str, options: str) -> str:
    make = f"CREATE ROLE {quoted(name)} {options}"
    return f"SELECT {text(make)} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {text(name)}) \\gexec\n"


def _database(name: str) -> Value:
    make = f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner(name))}"
    return concat(
        _role(owner(name), "NOLOGIN"),
        f"SELECT {text(make)} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {text(name)}) \\gexec\n",
        # `postgres` is there from the beginning, and somebody else's.
        f"ALTER DATABASE {quoted(name)} OWNER TO {quoted(owner(name))};\n",
        f"REVOKE ALL ON DATABASE {quoted(name)} FROM PUBLIC;\n",
    )


def _consumer(server: str, consumer: Consumer, database: str) -> Value:
    role, group = quoted(consumer.name), quoted(owner(database))
    return concat(
        _role(consumer.name, "LOGIN"),
        f"ALTER ROLE {role} PASSWORD '",
        secret(f"{server}.{consumer.name}"),
        "';\n",
        f"GRANT {group} TO {role};\n",
        f"ALTER ROLE {role} IN DATABASE {quoted(database)} SET role = {text(owner(database))};\n",
    )


def _schema(database: str) -> Value:
    return concat(f"\\connect {quoted(database)}\n", f"ALTER SCHEMA public OWNER TO {quoted(owner(database))};\n")


def _init(database: str, files: tuple[str, ...]) -> Value:
    lines: list[Value] = [concat("\\i '", own("files"), f"/{name}'\n") for name in files]
    return concat(
        f"\\connect {quoted(database)}\n",
        f"SELECT shobj_description(oid, 'pg_database') = {text(MARK)} AS done FROM pg_database "
        f"WHERE datname = {text(database)} \\gset\n",
        # The comment and the user's statements are one transaction: all of it happened, or none.
        "\\if :done\n\\else\nBEGIN;\n",
        f"COMMENT ON DATABASE {quoted(database)} IS {text(MARK)};\n",
        f"SET LOCAL ROLE {quoted(owner(database))};\n",
        *lines,
        "COMMIT;\n\\endif\n",
    )

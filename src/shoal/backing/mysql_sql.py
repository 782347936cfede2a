"""The SQL that makes databases and users. It may run any number of times."""

from __future__ import annotations

from shoal.backing.engine import Consumer
from shoal.model.values import Value, concat, secret


def provision(server: str, default: str, consumers: tuple[Consumer, ...]) -> Value:
    """Every consumer has all rights in its databases, so that what one creates the others can use; none outside."""
    databases = sorted({default} | {c.database for c in consumers if c.database})
    parts = [concat(f"CREATE DATABASE IF NOT EXISTS {quoted(name)};\n") for name in databases]
    parts += [_user(server, name) for name in dict.fromkeys(c.name for c in consumers)]
    # In a grant _ and % stand for any character.
    for consumer in consumers:
        where = quoted((consumer.database or default).replace("_", "\\_"))
        parts.append(concat(f"GRANT ALL PRIVILEGES ON {where}.* TO {account(consumer.name)};\n"))
    return concat(*parts)


def _user(server: str, name: str) -> Value:
    password = secret(f"{server}.{name}")
    return concat(
        f"CREATE USER IF NOT EXISTS {account(name)};\n",
        *(f"ALTER USER {account(name)} IDENTIFIED BY '", password, "';\n"),
    )


def account(name: str) -> str:
    """The server listens on this machine only; clients may come through any of its addresses."""
    return f"'{name}'@'%'"


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"

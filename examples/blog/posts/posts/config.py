"""What the environment says, read once and checked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


class ConfigError(Exception):
    """A variable is missing or has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    database_url: URL
    users_url: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        return cls(database_url=database_url(env), users_url=env.get("USERS_URL") or None)


@dataclass(frozen=True)
class Listen:
    host: str
    port: int

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Listen":
        port = required(env, "PORT")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ConfigError(f"PORT must be a number from 1 to 65535, not {port!r}")
        return cls(host=env.get("HOST") or "127.0.0.1", port=int(port))


def database_url(env: Mapping[str, str] = os.environ) -> URL:
    """DATABASE_URL in its usual spelling, with psycopg as the driver."""
    try:
        return make_url(required(env, "DATABASE_URL")).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise ConfigError("DATABASE_URL is not postgresql://user:password@host:port/name") from None


def required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise ConfigError(f"{name} is not set")
    return value

"""`backing` and `secrets` → Backing, Secret."""

from __future__ import annotations

import re
from typing import Literal

import msgspec
from msgspec import UNSET

from shoal.errors import WrongType
from shoal.model.app import PARKED_STREAM, Backing, Engine, Mysql, Nats, Postgres, Rabbitmq, Redis, Secret, Stream
from shoal.spec.external import external_of
from shoal.spec.facts import Facts
from shoal.spec.limits import check_backing, limits_of
from shoal.spec.models import (
    BackingEntry,
    ExternalEntry,
    MysqlEntry,
    NatsEntry,
    PostgresEntry,
    RabbitmqEntry,
    RedisEntry,
    SecretEntry,
    StreamEntry,
)
from shoal.spec.references import KEYS
from shoal.spec.tree import Path
from shoal.spec.words import quote

GENERATED = 32  # bytes

# What needs no quoting anywhere: not in SQL, not in a URI, not in a stream's subject.
_DATABASE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")
_STREAM = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}")
_VHOST = re.compile(r"[A-Za-z0-9/_.-]{1,128}")
_SUBJECT = re.compile(r"[^\s.*>]+|\*|>")


def backing_of(facts: Facts) -> tuple[Backing, ...]:
    """The backing services, in the file's order."""
    found = (_backing(name, entry, ("backing", name), facts) for name, entry in facts.file.backing.items())
    return tuple(_limited(one, facts) for one in found if one)


def _limited(backing: Backing, facts: Facts) -> Backing:
    entry, path = facts.file.backing[backing.name], ("backing", backing.name, "limits")
    if isinstance(entry, str):
        return backing
    if entry.external is not UNSET and entry.limits is not UNSET:
        facts.problem_at_key(WrongType, path, "what somebody else runs can't be limited here", "leave `limits` out")
    check_backing(entry.limits, path, facts)
    return msgspec.structs.replace(backing, limits=limits_of(entry.limits, path, facts))


def _backing(name: str, entry: BackingEntry | str, path: Path, facts: Facts) -> Backing | None:
    if isinstance(entry, str):
        entry = msgspec.structs.replace(BackingEntry(), **{entry: None})
    named = [key for key in KEYS if getattr(entry, key) is not UNSET]
    if len(named) != 1 and not facts.report.broken(path):
        hint = f"such as {{{named[0] if named else 'postgres'}: {{}}}}; there are: {', '.join(KEYS)}"
        facts.problem(WrongType, path, f"expected one engine, got {len(named)}", hint)
    if isinstance(entry.external, ExternalEntry):
        return Backing(name, external_of(entry.external, name, (*path, "external"), facts))
    for key in named[:1]:
        return Backing(name, _engine(key, getattr(entry, key), (*path, key), facts))
    return None


def _engine(key: str, entry: object, path: Path, facts: Facts) -> Engine:
    """`entry` None: no settings."""
    match key:
        case "postgres":
            return _postgres(entry if isinstance(entry, PostgresEntry) else PostgresEntry(), path, facts)
        case "nats":
            return _nats(entry if isinstance(entry, NatsEntry) else NatsEntry(), path, facts)
        case "redis":
            return _redis(entry if isinstance(entry, RedisEntry) else RedisEntry(), path, facts)
        case "rabbitmq":
            return _rabbitmq(entry if isinstance(entry, RabbitmqEntry) else RabbitmqEntry(), path, facts)
    return _mysql(
        "mariadb" if key == "mariadb" else "mysql",
        entry if isinstance(entry, MysqlEntry) else MysqlEntry(),
        path,
        facts,
    )


def _postgres(entry: PostgresEntry, path: Path, facts: Facts) -> Postgres:
    _check_files(entry.init, (*path, "init"), facts)
    _check_database(entry.database, (*path, "database"), facts)
    return Postgres(entry.version, entry.database, tuple(entry.init))


def _redis(entry: RedisEntry, path: Path, facts: Facts) -> Redis:
    _check_version(entry.version, (*path, "version"), facts)
    _check_files(entry.init, (*path, "init"), facts)
    bound = 0 if entry.max_memory is UNSET else int(entry.max_memory)
    if entry.evict != "noeviction" and not bound:
        facts.problem_at_key(
            WrongType, (*path, "evict"), "nothing is dropped without a bound", "add `max_memory: 64Mi`"
        )
    return Redis(entry.version, bound, entry.evict, tuple(entry.init))


def _mysql(flavour: Literal["mysql", "mariadb"], entry: MysqlEntry, path: Path, facts: Facts) -> Mysql:
    _check_version(entry.version, (*path, "version"), facts)
    _check_files(entry.init, (*path, "init"), facts)
    _check_database(entry.database, (*path, "database"), facts)
    return Mysql(flavour, entry.version, entry.database, tuple(entry.init))


def _rabbitmq(entry: RabbitmqEntry, path: Path, facts: Facts) -> Rabbitmq:
    _check_version(entry.version, (*path, "version"), facts)
    _check_files(entry.definitions, (*path, "definitions"), facts)
    if not _VHOST.fullmatch(entry.vhost):
        what = f"{quote(entry.vhost)} is not a valid name of a virtual host"
        facts.problem(WrongType, (*path, "vhost"), what, "letters, digits, /, _, . and -")
    return Rabbitmq(entry.version, entry.vhost, tuple(entry.definitions))


def _check_version(version: str, path: Path, facts: Facts) -> None:
    if version and not _VERSION.fullmatch(version):
        facts.problem(WrongType, path, f"{quote(version)} is not a version", "such as 7, 7.2 or 7.2.4")


def _check_files(files: list[str], path: Path, facts: Facts) -> None:
    for index, file in enumerate(files):
        facts.file_there((*path, index), file)


def _check_database(database: str, path: Path, facts: Facts) -> None:
    if database and not _DATABASE.fullmatch(database):
        what = f"{quote(database)} is not a valid name of a database"
        facts.problem(WrongType, path, what, "letters, digits, _ and -, 63 at most")


def _nats(entry: NatsEntry, path: Path, facts: Facts) -> Nats:
    streams = tuple(_stream(one, (*path, "streams", i), facts) for i, one in enumerate(entry.streams))
    for index, stream in enumerate(streams):
        if stream.name in {other.name for other in streams[:index]}:
            facts.problem(WrongType, (*path, "streams", index), f"the stream {quote(stream.name)} is there twice")
    return Nats(streams)


def _stream(entry: StreamEntry, path: Path, facts: Facts) -> Stream:
    if not _STREAM.fullmatch(entry.name) and not facts.report.broken(path):
        facts.problem(WrongType, (*path, "name"), f"{quote(entry.name)} is not a valid name of a stream")
    if entry.name == PARKED_STREAM:
        facts.problem(WrongType, (*path, "name"), f"the stream {entry.name} is shoal's own", "take another name")
    if not entry.subjects and not facts.report.broken(path):
        facts.problem(WrongType, (*path, "subjects"), "expected at least one subject", "such as blog.users.>")
    for index, subject in enumerate(entry.subjects):
        _check_subject(subject, (*path, "subjects", index), facts)
    bound = -1 if entry.max_bytes is UNSET else int(entry.max_bytes)
    return Stream(entry.name, tuple(entry.subjects), float(entry.max_age), bound)


def _check_subject(subject: str, path: Path, facts: Facts) -> None:
    tokens = subject.split(".")
    valid = all(_SUBJECT.fullmatch(token) for token in tokens) and ">" not in tokens[:-1]
    if not valid and not facts.report.broken(path):
        what = f"{quote(subject)} is not a valid subject"
        facts.problem(WrongType, path, what, "words with dots between; * is any one, > at the end is all that follow")


def secrets_of(facts: Facts) -> tuple[Secret, ...]:
    """The declared secrets, in the file's order. Their values are read at start."""
    return tuple(_secret(name, entry, ("secrets", name), facts) for name, entry in facts.file.secrets.items())


def _secret(name: str, entry: SecretEntry, path: Path, facts: Facts) -> Secret:
    sources = [key for key in ("env", "file", "generate") if getattr(entry, key) is not UNSET]
    if len(sources) != 1 and not facts.report.broken(path):
        got = " and ".join(f"`{key}`" for key in sources) or "none"
        facts.problem(WrongType, path, f"expected one source, got {got}", "env: VARIABLE, file: path or generate: 32")
    if isinstance(entry.file, str):
        facts.file_there((*path, "file"), entry.file)
    return Secret(
        name,
        env=entry.env if isinstance(entry.env, str) else "",
        file=entry.file if isinstance(entry.file, str) else "",
        generate=_bytes(entry.generate, (*path, "generate"), facts),
    )


def _bytes(written: object, path: Path, facts: Facts) -> int:
    if written is UNSET:
        return 0
    if written is False:
        facts.problem(WrongType, path, "expected a number of bytes, got false")
    return GENERATED if written is None or isinstance(written, bool) else int(str(written))

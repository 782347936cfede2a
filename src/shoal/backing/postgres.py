"""PostgreSQL: one server per entry, a database (or several, by `database` on a need), a role per consumer.

Roles of one database are members of its owner role and act as it, so that what one creates the others can use.
"""

from __future__ import annotations

from collections.abc import Mapping

from shoal.backing.engine import NO_STREAMS, Consumer, Errand
from shoal.backing.guard import folder
from shoal.backing.postgres_sql import provision
from shoal.backing.postgres_upgrade import drop_old, upgrade
from shoal.model.app import Backing, Port, Postgres, Probe, Probes, Restart, Stop
from shoal.model.values import Value, address, concat, own, program, secret
from shoal.model.workload import After, Workload

SUPERUSER = "shoal-admin"

# Makes the data folder under another name first, so that a half-made one is never taken for a whole one.
INITDB = """\
set -eu
if [ -f "$DATA/pg/PG_VERSION" ]; then
  have=$(cat "$DATA/pg/PG_VERSION")
  [ "$have" = "$VERSION" ] && exit 0
  echo "$NAME holds data of PostgreSQL $have, but the file says version: $VERSION." >&2
  if [ "$have" -lt "$VERSION" ]; then
    echo "Bring the data over with: shoal backing upgrade $NAME (the old is kept beside), and: shoal up" >&2
  fi
  echo "Or say version: $have again, or drop the data with: shoal down -v" >&2
  exit 64
fi
umask 077
rm -rf "$DATA/new" "$DATA/password"
printf %s "$SUPERUSER_PASSWORD" > "$DATA/password"
"$INITDB" --no-instructions -D "$DATA/new" -U "$SUPERUSER" \\
  --pwfile="$DATA/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
rm -f "$DATA/password"
# Whoever may reach it at all: it listens where its consumers are, and no further.
echo "host all all all scram-sha-256" >> "$DATA/new/pg_hba.conf"
mv "$DATA/new" "$DATA/pg"
"""

# A server that was killed leaves its lock, and the number in it may meanwhile be another process's, or that of a dead
# one which nobody has waited for: PostgreSQL then refuses to start. Whose number it is tells its working folder. One
# that can't be a pid (they end at 2^22) takes its place; the rest of the lock, which names the shared memory, stays to
# be checked.
SERVER = """\
data=$(cd "$1" && pwd -P) && lock=$data/postmaster.pid || exit
if [ -s "$lock" ] && read -r pid < "$lock" && [ "$(readlink "/proc/$pid/cwd")" != "$data" ]; then
  sed '1s/.*/4194304/' "$lock" > "$lock.new" && mv "$lock.new" "$lock" || exit
fi
shift
exec "$@"
"""

# Small instances: many of them on one machine; durability as PostgreSQL ships it (fsync on, and its wal_level: with
# "minimal", a sequence made and used within one transaction, as by a migration that writes rows, gives the same numbers
# once more after a crash, up to the 32 it takes at a time).
SETTINGS = {
    "unix_socket_directories": "",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "max_wal_senders": "0",
    "autovacuum_max_workers": "1",
    "log_timezone": "UTC",
    "timezone": "UTC",
}

# A whole StartupMessage (protocol 3.0) of a user that need not exist: "R" asks for a password, so the server takes
# connections; while it starts or recovers the answer is "E".
# https://www.postgresql.org/docs/16/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
HELLO = "\x00\x00\x00\x14\x00\x03\x00\x00user\x00shoal\x00\x00"


class PostgresEngine:
    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        return (_initdb(backing), _server(backing), _provision(backing, consumers, contents))

    def after(self, backing: Backing) -> tuple[After, ...]:
        return (After(backing.name), After(f"{backing.name}.provision", "done"))

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, Value]:
        database = consumer.database or default_database(backing)
        host, port = address(backing.name, "host"), address(backing.name, "port")
        username, password = concat(consumer.name), secret(f"{backing.name}.{consumer.name}")
        place = concat(host, ":", port, "/", database)
        return {
            "host": host,
            "port": port,
            "username": username,
            "password": password,
            "database": concat(database),
            "uri": concat("postgresql://", username, ":", password, "@", place),
            "jdbc_url": concat("jdbc:postgresql://", place),
        }

    def variables(self, properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
        common = {"DATABASE_URL": properties["uri"]}
        if stack != "java":
            return common
        return common | {
            "SPRING_DATASOURCE_URL": properties["jdbc_url"],
            "SPRING_DATASOURCE_USERNAME": properties["username"],
            "SPRING_DATASOURCE_PASSWORD": properties["password"],
        }

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        if what == "upgrade":
            return upgrade(backing, SUPERUSER)
        if what == "drop-old":
            return drop_old(backing)
        if what == "streams":
            return NO_STREAMS
        tools = {"PSQL": "psql", "PG_DUMP": "pg_dump", "PG_RESTORE": "pg_restore"}
        return Workload(
            name=f"{backing.name}.{what}",
            kind="job",
            owner=backing.name,
            command=(program("python"), *map(concat, ("-m", "shoal.jobs.postgres_copy", what))),
            env=_administrator(backing) | {name: _tool(backing, tool) for name, tool in tools.items()},
            cwd=own("scratch"),
        )

    def files(self, engine: Postgres) -> tuple[str, ...]:
        return engine.init


def default_database(backing: Backing) -> str:
    assert isinstance(backing.engine, Postgres)
    return backing.engine.database or backing.name.replace("-", "_")


def _tool(backing: Backing, name: str) -> Value:
    assert isinstance(backing.engine, Postgres)
    return program(f"{name}@{backing.engine.version}")


def _initdb(backing: Backing) -> Workload:
    assert isinstance(backing.engine, Postgres)
    return Workload(
        name=f"{backing.name}.initdb",
        kind="job",
        owner=backing.name,
        command=(concat("/bin/sh"), concat("-c"), concat(INITDB)),
        env={
            "NAME": concat(backing.name),
            "DATA": folder(backing),
            "VERSION": concat(str(backing.engine.version)),
            "INITDB": _tool(backing, "initdb"),
            "SUPERUSER": concat(SUPERUSER),
            "SUPERUSER_PASSWORD": secret(f"{backing.name}.{SUPERUSER}"),
        },
        cwd=folder(backing),
        data=backing.name,
        once_per=backing.name,
        unprivileged=True,
    )


def _server(backing: Backing) -> Workload:
    settings = tuple(concat(word) for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}"))
    settings += (concat("-c"), concat("listen_addresses=", own("host")))
    data = concat(folder(backing), "/pg")
    probe = Probe("tcp", "postgres", every=5.0, grace=120.0, send=HELLO, expect="R")
    return Workload(
        name=backing.name,
        kind="backing",
        owner=backing.name,
        command=(
            *map(concat, ("/bin/sh", "-c", SERVER, "sh")),
            *(data, _tool(backing, "postgres"), concat("-D"), data),
            *(concat("-p"), own("port:postgres")),
            *settings,
        ),
        cwd=folder(backing),
        ports=(Port("postgres", "tcp"),),
        stable_ports=True,
        probes=Probes(ready=probe),
        restart=Restart(),
        # "Fast": clients are cut, transactions rolled back, the data left clean.
        stop=Stop("SIGINT", 30.0),
        after=(After(f"{backing.name}.initdb", "done"),),
        data=backing.name,
        unprivileged=True,
    )


def _provision(backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]) -> Workload:
    assert isinstance(backing.engine, Postgres)
    init = {f"init-{n}.sql": concat(contents[path]) for n, path in enumerate(backing.engine.init)}
    script = provision(backing.name, default_database(backing), consumers, tuple(init))
    psql = (_tool(backing, "psql"), *map(concat, ("-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f")))
    return Workload(
        name=f"{backing.name}.provision",
        kind="job",
        owner=backing.name,
        command=(*psql, concat(own("files"), "/provision.sql")),
        env=_administrator(backing)
        | {
            "PGOPTIONS": concat("-c client_min_messages=warning"),
            "PGCLIENTENCODING": concat("UTF8"),
        },
        files={"provision.sql": script} | init,
        cwd=own("files"),
        after=(After(backing.name),),
        once_per=backing.name,
    )


def _administrator(backing: Backing) -> dict[str, Value]:
    return {
        "PGHOST": address(backing.name, "host"),
        "PGPORT": address(backing.name, "port"),
        "PGUSER": concat(SUPERUSER),
        "PGPASSWORD": secret(f"{backing.name}.{SUPERUSER}"),
    }

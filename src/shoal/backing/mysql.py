"""MySQL's protocol, served by MariaDB: one server per entry, a database (or several, by `database` on a need), a user
per consumer."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shoal.backing.engine import NO_STREAMS, Consumer, Errand
from shoal.backing.guard import GUARD, folder
from shoal.backing.mysql_sql import provision
from shoal.model.app import Backing, Mysql, Port, Probe, Probes, Stop
from shoal.model.values import Value, address, concat, own, program, secret
from shoal.model.workload import After, Workload

# Nobody's name can have a dot in it; MariaDB's own is `root`.
ADMIN = "root"

VERSION = (
    """here="MariaDB $("$SERVER" --no-defaults --version | sed -n 's/.* Ver \\([0-9]*\\.[0-9]*\\)\\..*/\\1/p')"\n"""
)

# Under another name first, so that a half-made folder is never taken for a whole one; and never without a password.
INSTALL = """\
[ ! -d "$DATA/mysql" ] || exit 0
rm -rf "$DATA/new"
"$INSTALL" --no-defaults --datadir="$DATA/new" --auth-root-authentication-method=normal --skip-test-db \\
  --skip-name-resolve > "$DATA/install.log" 2>&1 || { cat "$DATA/install.log" >&2; exit 1; }
{
  echo "FLUSH PRIVILEGES;"
  echo "DELETE FROM mysql.global_priv WHERE User <> '$ADMIN' AND User <> 'mariadb.sys' OR Host NOT IN ('localhost');"
  echo "FLUSH PRIVILEGES;"
  echo "RENAME USER '$ADMIN'@'localhost' TO '$ADMIN'@'%';"
  printf "ALTER USER '%s'@'%%' IDENTIFIED BY '%s';\\n" "$ADMIN" "$ADMIN_PASSWORD"
} | "$SERVER" --no-defaults --datadir="$DATA/new" --bootstrap --skip-networking 2> "$DATA/install.log" ||
  { cat "$DATA/install.log" >&2; exit 1; }
rm -f "$DATA/install.log"
mv "$DATA/new" "$DATA/mysql"
"""

# Small instances, as durable as MariaDB comes: each transaction is on disk when it is answered.
SETTINGS = {
    # A name that is relative lies in the data folder: whole paths may be too long for a socket.
    "socket": "server.sock",
    "pid-file": "server.pid",
    "character-set-server": "utf8mb4",
    "innodb-buffer-pool-size": "32M",
    "innodb-log-file-size": "16M",
    "innodb-flush-log-at-trx-commit": "1",
    "key-buffer-size": "1M",
    "max-connections": "100",
    "performance-schema": "OFF",
}

# The server greets first: a length of three bytes, the packet's number (0), and the protocol's (10); a refusal has 255.
GREETING = "\x00\x0a"


class MysqlEngine:
    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        return (_prepare(backing), _server(backing), _provision(backing, consumers, contents))

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
            "uri": concat("mysql://", username, ":", password, "@", place),
            "jdbc_url": concat(f"jdbc:{_engine(backing).flavour}://", place),
        }

    def variables(self, properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
        common = {"DATABASE_URL": properties["uri"], "MYSQL_URL": properties["uri"]}
        if stack != "java":
            return common
        return common | {
            "SPRING_DATASOURCE_URL": properties["jdbc_url"],
            "SPRING_DATASOURCE_USERNAME": properties["username"],
            "SPRING_DATASOURCE_PASSWORD": properties["password"],
        }

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        match what:
            case "dump":
                return _errand(backing, what, {"MARIADB_DUMP": program("mariadb-dump")})
            case "restore":
                beside = ("--socket=beside.sock", "--skip-networking")
                server = _command(backing, concat(folder(backing), "/restored"), *beside)
                job = _errand(backing, what, {"DATA": folder(backing), "TMPDIR": folder(backing)}, *server)
                return msgspec.structs.replace(job, data=backing.name, unprivileged=True)
            case "upgrade":
                return _errand(backing, what, {"MARIADB_UPGRADE": program("mariadb-upgrade")})
            case "streams":
                return NO_STREAMS
        return "no older data is kept"

    def files(self, engine: Mysql) -> tuple[str, ...]:
        return engine.init


def default_database(backing: Backing) -> str:
    return _engine(backing).database or backing.name.replace("-", "_")


def _engine(backing: Backing) -> Mysql:
    assert isinstance(backing.engine, Mysql)
    return backing.engine


def _daemon(engine: Mysql) -> Value:
    name = {"mysql": "mysqld", "mariadb": "mariadbd"}[engine.flavour]
    return program(f"{name}@{engine.version}" if engine.version else name)


def _prepare(backing: Backing) -> Workload:
    return Workload(
        name=f"{backing.name}.prepare",
        kind="job",
        owner=backing.name,
        command=tuple(map(concat, ("/bin/sh", "-c", "set -eu\numask 077\n" + VERSION + GUARD + INSTALL))),
        env={
            "NAME": concat(backing.name),
            "DATA": folder(backing),
            "TMPDIR": folder(backing),  # the names of its temporary files are everybody's
            "SERVER": _daemon(_engine(backing)),
            "INSTALL": program("mariadb-install-db"),
            "WAY_OUT": concat(
                "Or take it along in a copy: with the version that wrote it say `shoal backing dump",
                f" {backing.name} FILE`, after `shoal down -v` and with the other version `shoal backing restore`.",
            ),
            "ADMIN": concat(ADMIN),
            "ADMIN_PASSWORD": secret(f"{backing.name}.{ADMIN}"),
        },
        cwd=folder(backing),
        data=backing.name,
        once_per=backing.name,
        unprivileged=True,
    )


def _command(backing: Backing, data: Value, *more: str) -> tuple[Value, ...]:
    """A server on this data; `more` are arguments that come last, and win."""
    settings = tuple(f"--{key}={value}" for key, value in SETTINGS.items())
    words = (*settings, "--skip-name-resolve", "--skip-log-bin", *more)
    where = (concat("--datadir=", data), concat("--bind-address=", own("host")))
    return (_daemon(_engine(backing)), concat("--no-defaults"), *where, *map(concat, words))


def _errand(backing: Backing, what: Errand, env: dict[str, Value], *words: Value) -> Workload:
    """Of `shoal.jobs.mysql_copy`, as the administrator."""
    return Workload(
        name=f"{backing.name}.{what}",
        kind="job",
        owner=backing.name,
        command=(program("python"), *map(concat, ("-m", "shoal.jobs.mysql_copy", what)), *words),
        env={"MARIADB": program("mariadb"), "ADMIN": concat(own("files"), "/admin.cnf")} | env,
        files=admin_files(backing),
        cwd=own("scratch"),
    )


def _server(backing: Backing) -> Workload:
    return Workload(
        name=backing.name,
        kind="backing",
        owner=backing.name,
        command=(*_command(backing, concat(folder(backing), "/mysql")), concat("--port=", own("port:mysql"))),
        env={"TMPDIR": folder(backing)},
        cwd=folder(backing),
        ports=(Port("mysql", "tcp"),),
        stable_ports=True,
        probes=Probes(ready=Probe("tcp", "mysql", every=5.0, grace=120.0, skip=3, expect=GREETING)),
        stop=Stop("SIGTERM", 30.0),
        after=(After(f"{backing.name}.prepare", "done"),),
        data=backing.name,
        unprivileged=True,
    )


def admin_files(backing: Backing) -> dict[str, Value]:
    """How programs log in as the administrator: by a file of options, since others can read arguments."""
    lines = (
        *(
            "[client]\nprotocol=tcp\ndefault-character-set=utf8mb4\nhost=",
            address(backing.name, "host"),
            "\nport=",
            address(backing.name, "port"),
        ),
        *(f"\nuser={ADMIN}\npassword=", secret(f"{backing.name}.{ADMIN}"), "\n"),
    )
    return {"admin.cnf": concat(*lines)}


def _provision(backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]) -> Workload:
    engine = _engine(backing)
    init = {f"init-{n}.sql": concat(contents[path]) for n, path in enumerate(engine.init)}
    script = provision(backing.name, default_database(backing), consumers)
    run = '"$CLIENT" --defaults-file="$FILES/admin.cnf" --batch'
    steps = f"""\
set -eu
{run} < "$FILES/provision.sql"
for file in {" ".join(init)}; do
  [ -e "$DATA/initialised" ] && exit 0
  {run} "$DATABASE" < "$FILES/$file" || {{ echo "in $file of init" >&2; exit 1; }}
done
touch "$DATA/initialised"
"""
    return Workload(
        name=f"{backing.name}.provision",
        kind="job",
        owner=backing.name,
        command=tuple(map(concat, ("/bin/sh", "-c", steps))),
        env={
            "CLIENT": program("mariadb"),
            "FILES": own("files"),
            "DATA": folder(backing),
            "DATABASE": concat(default_database(backing)),
        },
        files=admin_files(backing) | {"provision.sql": script} | init,
        cwd=own("files"),
        after=(After(backing.name),),
        data=backing.name,
        once_per=backing.name,
    )

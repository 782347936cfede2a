"""Redis, or Valkey, which speaks the same: one server per entry, a user per consumer, a number per database."""

from __future__ import annotations

import json
from collections.abc import Mapping

from shoal.backing.engine import NO_STREAMS, Consumer, Errand
from shoal.backing.folder_copy import folder_copy
from shoal.backing.guard import folder, guard
from shoal.model.app import Backing, Port, Probe, Probes, Redis, Stop
from shoal.model.values import Value, address, concat, own, program, secret
from shoal.model.workload import After, Workload

ADMIN = "shoal-admin"

VERSION = """here=$("$SERVER" --version | sed -n 's/^\\([A-Za-z]*\\) server v=\\([0-9]*\\.[0-9]*\\).*/\\1 \\2/p')\n"""

# A user without a password who may ask whether the server takes commands, and nothing else. (Before a login it says
# the same while it still reads its data.) No service can have that name.
PROBE = "shoal.probe"
HELLO, READY = f"AUTH {PROBE} -\r\nPING\r\n", "+OK\r\n+PONG"


class RedisEngine:
    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        prepare = guard(backing, _server_program(_engine(backing)), VERSION)
        return (prepare, _server(backing, consumers), *_init(backing, contents))

    def after(self, backing: Backing) -> tuple[After, ...]:
        done = (After(f"{backing.name}.init", "done"),) if _engine(backing).init else ()
        return (After(backing.name), *done)

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, Value]:
        host, port = address(backing.name, "host"), address(backing.name, "port")
        password, database = secret(f"{backing.name}.{consumer.name}"), consumer.database or "0"
        return {
            "host": host,
            "port": port,
            "username": concat(consumer.name),
            "password": password,
            "database": concat(database),
            "uri": concat("redis://", consumer.name, ":", password, "@", host, ":", port, "/", database),
        }

    def variables(self, properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
        common = {"REDIS_URL": properties["uri"]}
        if stack != "java":
            return common
        return common | {
            f"SPRING_DATA_REDIS_{name.upper()}": properties[name]
            for name in ("host", "port", "username", "password", "database")
        }

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        if what == "streams":
            return NO_STREAMS
        if _engine(backing).version.startswith("6"):
            return "before Redis 7 its data is no folder"
        if what == "dump" or what == "restore":
            return folder_copy(backing, what, part="appendonlydir", kind="Redis")
        return "a newer server reads what an older one of the same product wrote, at its next start"

    def files(self, engine: Redis) -> tuple[str, ...]:
        return engine.init


def _engine(backing: Backing) -> Redis:
    assert isinstance(backing.engine, Redis)
    return backing.engine


def _server_program(engine: Redis) -> Value:
    return program(f"redis-server@{engine.version}" if engine.version else "valkey-server")


def _server(backing: Backing, consumers: tuple[Consumer, ...]) -> Workload:
    engine = _engine(backing)
    return Workload(
        name=backing.name,
        kind="backing",
        owner=backing.name,
        command=(_server_program(engine), concat(own("files"), "/redis.conf")),
        files={"redis.conf": _configuration(backing, engine), "users.acl": _users(backing, engine, consumers)},
        cwd=folder(backing),
        ports=(Port("redis", "tcp"),),
        stable_ports=True,
        probes=Probes(ready=Probe("tcp", "redis", every=5.0, grace=120.0, send=HELLO, expect=READY)),
        stop=Stop("SIGTERM", 30.0),
        after=(After(f"{backing.name}.prepare", "done"),),
        data=backing.name,
    )


def _configuration(backing: Backing, engine: Redis) -> Value:
    # What was answered is with the kernel, so that a killed server loses nothing; a crash of the machine may cost the
    # last second.
    return concat(
        concat("bind ", own("host"), "\nport ", own("port:redis"), "\n"),
        concat('dir "', folder(backing), '"\naclfile "', own("files"), '/users.acl"\n'),
        # Its environment and command line stay as they are, by which it is known again.
        "daemonize no\nset-proc-title no\n",
        'logfile ""\n',
        'save ""\n',
        "appendonly yes\nappendfsync everysec\n",
        f"maxmemory {engine.max_memory}\nmaxmemory-policy {engine.evict}\n",
    )


def _users(backing: Backing, engine: Redis, consumers: tuple[Consumer, ...]) -> Value:
    """Redis can't keep a user out of another's number; Valkey can."""
    wanted: dict[str, set[str]] = {}
    for consumer in consumers:
        wanted.setdefault(consumer.name, set()).add(consumer.database or "0")
    lines = [concat(f"user default off\nuser {PROBE} on nopass -@all +ping\n"), _user(backing, ADMIN, "+@all")]
    for name, numbers in wanted.items():
        confined = "" if engine.version else f" db={','.join(sorted(numbers, key=int))}"
        lines.append(_user(backing, name, f"+@all -@admin{confined}"))
    return concat(*lines)


def _user(backing: Backing, name: str, rules: str) -> Value:
    return concat(f"user {name} on >", secret(f"{backing.name}.{name}"), f" ~* &* {rules}\n")


def _init(backing: Backing, contents: Mapping[str, str]) -> tuple[Workload, ...]:
    engine = _engine(backing)
    if not engine.init:
        return ()
    uri = RedisEngine().properties(backing, Consumer(ADMIN))["uri"]
    files = {f"init-{n}.redis": concat(contents[path]) for n, path in enumerate(engine.init)}
    job = Workload(
        name=f"{backing.name}.init",
        kind="job",
        owner=backing.name,
        command=(program("python"), concat("-m"), concat("shoal.jobs.redis_init")),
        env={
            "REDIS_URL": uri,
            "FILES": concat(json.dumps(list(files))),
            "NAMES": concat(json.dumps(list(engine.init))),
            "MARK": concat(folder(backing), "/initialised"),
        },
        files=files,
        cwd=own("files"),
        after=(After(backing.name),),
        data=backing.name,
        once_per=backing.name,
    )
    return (job,)

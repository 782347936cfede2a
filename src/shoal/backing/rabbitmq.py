"""RabbitMQ: one server per entry, a virtual host (or several, by `database` on a need), a user per consumer.

Users and hosts are definitions, which the server takes in at each start before it listens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from shoal.backing.engine import NO_STREAMS, Consumer, Errand
from shoal.backing.folder_copy import folder_copy
from shoal.backing.guard import folder, guard
from shoal.model.app import Backing, Port, Probe, Probes, Rabbitmq, Stop
from shoal.model.values import Value, address, concat, own, program, secret
from shoal.model.workload import After, Workload

# The version stands in the name of a folder: to ask the program itself takes seconds.
VERSION = """\
home=$(dirname "$(dirname "$SERVER")")
for found in "$home"/plugins/rabbit-[0-9]* "$home"/lib/rabbitmq_server-*/plugins/rabbit-[0-9]*; do
  [ -e "$found" ] && number=${found##*/rabbit-}
done
here="RabbitMQ $(printf %s "$number" | sed 's/^\\([0-9]*\\.[0-9]*\\)\\..*/\\1/')"
"""

# By it the programs of one server know each other. Erlang demands that its owner alone can read it.
COOKIE = """\
if [ ! -e "$DATA/.erlang.cookie" ]; then
  printf %s "$COOKIE" > "$DATA/cookie.new"
  chmod 400 "$DATA/cookie.new"
  mv "$DATA/cookie.new" "$DATA/.erlang.cookie"
fi
"""

# The client's first words; the server's are a frame: method, channel 0. Listeners are opened when all else is done.
HELLO, START = "AMQP\x00\x00\x09\x01", "\x01\x00\x00"

# Only this machine may talk to it, be it a client, a tool or Erlang's own map of ports.
LOCAL = "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"


class RabbitmqEngine:
    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        cookie = {"COOKIE": secret(f"{backing.name}.cookie")}
        prepare = guard(backing, _program(_engine(backing)), VERSION, more=COOKIE, env=cookie)
        return (prepare, _server(backing, consumers, contents))

    def after(self, backing: Backing) -> tuple[After, ...]:
        return (After(backing.name),)

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, Value]:
        host, port = address(backing.name, "host"), address(backing.name, "port")
        password, vhost = secret(f"{backing.name}.{consumer.name}"), _vhost(backing, consumer)
        place = concat(host, ":", port, "/", quote(vhost, safe=""))
        return {
            "host": host,
            "port": port,
            "username": concat(consumer.name),
            "password": password,
            "vhost": concat(vhost),
            "uri": concat("amqp://", consumer.name, ":", password, "@", place),
        }

    def variables(self, properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
        common = {"RABBITMQ_URL": properties["uri"], "AMQP_URL": properties["uri"]}
        if stack != "java":
            return common
        spring = {
            f"SPRING_RABBITMQ_{name.upper()}": properties[name] for name in ("host", "port", "username", "password")
        }
        return common | spring | {"SPRING_RABBITMQ_VIRTUAL_HOST": properties["vhost"]}

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        if what == "dump" or what == "restore":
            return folder_copy(backing, what, part="mnesia", kind=f"RabbitMQ {backing.name}")
        if what == "streams":
            return NO_STREAMS
        return "RabbitMQ takes over data of the version before its own, at its next start"

    def files(self, engine: Rabbitmq) -> tuple[str, ...]:
        return engine.definitions


def _engine(backing: Backing) -> Rabbitmq:
    assert isinstance(backing.engine, Rabbitmq)
    return backing.engine


def _program(engine: Rabbitmq) -> Value:
    return program(f"rabbitmq-server@{engine.version}" if engine.version else "rabbitmq-server")


def _vhost(backing: Backing, consumer: Consumer) -> str:
    return consumer.database or _engine(backing).vhost


def environment(backing: Backing) -> dict[str, Value]:
    """What the server and its tools must agree on. No variable of the machine's own installation has a say."""
    return {
        "HOME": folder(backing),
        "RABBITMQ_NODENAME": concat(f"{backing.name}@localhost"),
        "RABBITMQ_CONF_ENV_FILE": concat("/dev/null"),
        "ERL_EPMD_ADDRESS": concat("127.0.0.1"),
        "ERL_EPMD_PORT": address(f"{backing.name}:epmd", "port"),
    }


def _server(backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]) -> Workload:
    theirs = {
        f"definitions/{n + 1:03}.json": concat(contents[path]) for n, path in enumerate(_engine(backing).definitions)
    }
    return Workload(
        name=backing.name,
        kind="backing",
        owner=backing.name,
        command=(_program(_engine(backing)), concat("-noinput")),
        env=environment(backing)
        | {
            "RABBITMQ_CONFIG_FILE": concat(own("files"), "/rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": concat(own("files"), "/enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": concat(folder(backing), "/mnesia"),
            "RABBITMQ_LOGS": concat("-"),
            "RABBITMQ_LOG_BASE": folder(backing),
            "RABBITMQ_DIST_PORT": own("port:dist"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": concat(LOCAL),
            # The script then becomes the server, instead of staying between it and its signals.
            "RABBITMQ_ALLOW_INPUT": concat("1"),
            "ERL_CRASH_DUMP_BYTES": concat("0"),
            "ERL_EPMD_PORT": own("port:epmd"),
        },
        files={
            "rabbitmq.conf": _configuration(),
            "enabled_plugins": concat("[].\n"),
            "definitions/000.json": _definitions(backing, consumers),
        }
        | theirs,
        cwd=folder(backing),
        ports=(Port("amqp", "tcp"), Port("dist", "tcp"), Port("epmd", "tcp")),
        stable_ports=True,
        probes=Probes(ready=Probe("tcp", "amqp", every=5.0, grace=180.0, send=HELLO, expect=START)),
        stop=Stop("SIGTERM", 30.0),
        after=(After(f"{backing.name}.prepare", "done"),),
        data=backing.name,
    )


def _configuration() -> Value:
    return concat(
        concat("listeners.tcp.1 = ", own("host"), ":", own("port:amqp"), "\n"),
        concat("load_definitions = ", own("files"), "/definitions\n"),
        "log.console = true\nlog.console.level = warning\nlog.file = false\n",
        "vm_memory_high_watermark.absolute = 256MiB\n",
    )


def _definitions(backing: Backing, consumers: tuple[Consumer, ...]) -> Value:
    vhosts = sorted({_engine(backing).vhost} | {_vhost(backing, consumer) for consumer in consumers})
    users = [_user(backing, name) for name in dict.fromkeys(consumer.name for consumer in consumers)]
    rights = [
        {"user": c.name, "vhost": _vhost(backing, c)} | dict.fromkeys(("configure", "write", "read"), ".*")
        for c in consumers
    ]
    return concat(
        *('{"users": [', *_joined(users), "],\n"),
        f'"vhosts": {json.dumps([{"name": name} for name in vhosts])},\n',
        f'"permissions": {json.dumps(rights)}}}\n',
    )


def _user(backing: Backing, name: str) -> Value:
    return concat(f'{{"name": "{name}", "tags": "", "password": "', secret(f"{backing.name}.{name}"), '"}')


def _joined(values: list[Value]) -> list[str | Value]:
    out: list[str | Value] = []
    for value in values:
        out += [", ", value] if out else [value]
    return out

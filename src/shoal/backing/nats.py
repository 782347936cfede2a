"""NATS with JetStream: one server per entry, a user per consumer, the streams that the file declares."""

from __future__ import annotations

import json
from collections.abc import Mapping

from shoal.backing.engine import Consumer, Errand
from shoal.backing.folder_copy import folder_copy
from shoal.model.app import PARKED_STREAM, Backing, Nats, Port, Probe, Probes, Stop
from shoal.model.values import Ref, Value, address, concat, own, program, secret
from shoal.model.workload import After, Workload

ADMIN = "shoal-admin"

# What the server says when a consumer gave up on a message, which stays in its stream: the last 100,000 of it.
GAVE_UP = "$JS.EVENT.ADVISORY.CONSUMER"
PARKED = {
    "name": PARKED_STREAM,
    "subjects": [f"{GAVE_UP}.MAX_DELIVERIES.>", f"{GAVE_UP}.MSG_TERMINATED.>"],
    "max_msgs": 100_000,
}


class NatsEngine:
    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        return (_server(backing, consumers), _streams(backing))

    def after(self, backing: Backing) -> tuple[After, ...]:
        return (After(backing.name), After(f"{backing.name}.streams", "done"))

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, Value]:
        host, port = address(backing.name, "host"), address(backing.name, "port")
        password = secret(f"{backing.name}.{consumer.name}")
        return {
            "host": host,
            "port": port,
            "username": concat(consumer.name),
            "password": password,
            "uri": concat("nats://", consumer.name, ":", password, "@", host, ":", port),
        }

    def variables(self, properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
        return {"NATS_URL": properties["uri"]}

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        if what == "dump" or what == "restore":
            return folder_copy(backing, what, part="jetstream", kind="NATS")
        if what == "streams":
            return _parked(backing)
        return "a newer NATS reads what an older one wrote, and writes nothing anew"

    def files(self, engine: Nats) -> tuple[str, ...]:
        return ()


def _server(backing: Backing, consumers: tuple[Consumer, ...]) -> Workload:
    return Workload(
        name=backing.name,
        kind="backing",
        owner=backing.name,
        command=(program("nats-server"), concat("-c"), concat(own("files"), "/nats.conf")),
        files={"nats.conf": _configuration(backing, consumers)},
        cwd=_folder(backing),
        ports=(Port("nats", "tcp"), Port("monitor", "http")),
        stable_ports=True,
        probes=Probes(ready=Probe("http", "monitor", "/healthz", every=5.0)),
        # Nothing of JetStream waits for clients: SIGTERM closes the store and ends.
        stop=Stop("SIGTERM", 15.0),
        data=backing.name,
    )


def _configuration(backing: Backing, consumers: tuple[Consumer, ...]) -> Value:
    names = [ADMIN, *(consumer.name for consumer in consumers)]
    users = [concat(f'    {{user: "{n}", password: "', secret(f"{backing.name}.{n}"), '"}\n') for n in names]
    return concat(
        f'server_name: "{backing.name}"\n',
        concat("listen: ", own("host"), ":", own("port:nats"), "\n"),
        concat("http: ", own("host"), ":", own("port:monitor"), "\n"),
        # The default writes to disk every two minutes; a second is what a crash of the machine may cost here.
        concat('jetstream {store_dir: "', _folder(backing), '", sync_interval: "1s"}\n'),
        concat("authorization {\n  users: [\n", *users, "  ]\n}\n"),
    )


def _folder(backing: Backing) -> Value:
    return Value((Ref("data", backing.name),))


def _administrator(backing: Backing) -> Value:
    return NatsEngine().properties(backing, Consumer(ADMIN))["uri"]


def _parked(backing: Backing) -> Workload:
    return Workload(
        name=f"{backing.name}.parked",
        kind="job",
        owner=backing.name,
        command=(program("python"), concat("-m"), concat("shoal.jobs.nats_parked")),
        env={"NATS_URL": _administrator(backing)},
        cwd=own("scratch"),
    )


def _streams(backing: Backing) -> Workload:
    assert isinstance(backing.engine, Nats)
    streams = [
        {"name": s.name, "subjects": list(s.subjects), "max_age": s.max_age, "max_bytes": s.max_bytes}
        for s in backing.engine.streams
    ]
    return Workload(
        name=f"{backing.name}.streams",
        kind="job",
        owner=backing.name,
        command=(program("python"), concat("-m"), concat("shoal.jobs.nats_streams")),
        env={"NATS_URL": _administrator(backing), "STREAMS": concat(json.dumps([*streams, PARKED]))},
        cwd=own("files"),
        after=(After(backing.name),),
        once_per=backing.name,
    )

"""Backing services in their official images, each in its image's own way: the same users, databases and passwords as
shoal makes, so that what services are handed stays true."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from shoal.compose.export.bounds import limits_of
from shoal.compose.export.checks import timed
from shoal.compose.export.mounting import configs_of
from shoal.compose.export.scene import Filling, Json, Made, Scene, seconds
from shoal.drivers.docker import places, programs
from shoal.model.app import Backing, External, Mysql, Nats, Postgres, Probe, Rabbitmq, Redis
from shoal.model.values import Ref
from shoal.model.workload import Workload

INIT = "/docker-entrypoint-initdb.d"
ONCE = "databases and users are made once, on a new volume: whoever comes later needs another, or its SQL by hand"
POSTGRES_MOVED = 18
"""Since this version its image keeps the data of each version in a folder of its own."""
NATS_BOX = "natsio/nats-box:0.18.0"
MYSQL = "mysql:8.4"
# By the name that its server knows itself by, it finds its data again in another container.
NODE = "rabbitmq@localhost"


def backing_of(entry: Backing, scene: Scene) -> Iterator[tuple[str, Made]]:
    engine, server = entry.engine, scene.desired.workload(entry.name)
    if isinstance(engine, External) or server is None:
        return
    match engine:
        case Postgres():
            made = _postgres(entry, engine, scene)
        case Mysql():
            made = _mysql(entry, engine, scene)
        case Redis():
            made = _redis(entry, engine, server, scene)
        case Nats():
            made = _nats(server, scene)
        case Rabbitmq():
            made = _rabbitmq(engine, server, scene)
    probe = server.probes.ready or Probe("tcp")
    made |= {
        "expose": [str(number) for number in places.numbers(server.ports).values() if number in places.USUAL.values()],
        "healthcheck": timed(made.pop("healthcheck"), probe),
        "restart": "unless-stopped",
        "stop_grace_period": seconds(server.stop.grace),
    }
    if limits := limits_of(entry.limits, entry.name, scene):
        made["deploy"] = {"resources": {"limits": limits}}
    yield entry.name, Made(made)
    if isinstance(engine, Nats) and engine.streams:
        yield f"{entry.name}.streams", _streams(entry, engine, scene)


def _postgres(entry: Backing, engine: Postgres, scene: Scene) -> Json:
    provision = _provision(entry, scene)
    environment = {name: Filling(scene, provision).text(provision.env[given]) for name, given in _POSTGRES.items()}
    database = engine.database or entry.name.replace("-", "_")
    below = "" if engine.version >= POSTGRES_MOVED else "/data"
    scene.lose(f"backing/{entry.name}", ONCE)
    return {
        "image": f"postgres:{engine.version}",
        "environment": environment | {"POSTGRES_DB": database},
        "volumes": [
            _data(entry.name, f"/var/lib/postgresql{below}", scene),
            *(_file(path, f"{places.FILES}/init-{n}.sql", scene) for n, path in enumerate(engine.init)),
        ],
        "configs": [_script(provision, scene)],
        # Until it has made its databases it listens at a socket alone.
        "healthcheck": ["CMD", "pg_isready", "-h", "127.0.0.1", "-d", database],
    }


_POSTGRES = {"POSTGRES_USER": "PGUSER", "POSTGRES_PASSWORD": "PGPASSWORD"}


def _mysql(entry: Backing, engine: Mysql, scene: Scene) -> Json:
    maria = engine.flavour == "mariadb"
    image = programs.find(f"mariadbd@{engine.version}").image if maria else MYSQL
    prefix, root = ("MARIADB", "mariadb-admin") if maria else ("MYSQL", "mysqladmin")
    scene.lose(f"backing/{entry.name}", ONCE)
    if not maria:
        scene.lose(f"backing/{entry.name}/version", f"elsewhere MariaDB serves it; here it is {MYSQL}")
    return {
        "image": image,
        "environment": {
            f"{prefix}_ROOT_PASSWORD": scene.secret(Ref("secret", f"{entry.name}.root")),
            f"{prefix}_DATABASE": engine.database or entry.name.replace("-", "_"),
        },
        "volumes": [
            _data(entry.name, "/var/lib/mysql", scene),
            *(_file(path, f"{INIT}/init-{n}.sql", scene) for n, path in enumerate(engine.init)),
        ],
        "configs": [_script(_provision(entry, scene), scene)],
        # Who isn't let in is told so by a server that serves.
        "healthcheck": ["CMD", root, "ping", "-h", "127.0.0.1", "--protocol=tcp"],
    }


def _redis(entry: Backing, engine: Redis, server: Workload, scene: Scene) -> Json:
    if engine.init:
        why = f"{', '.join(engine.init)}: its image runs nothing on new data; pipe them into redis-cli"
        scene.lose(f"backing/{entry.name}/init", why)
    cli = "redis-cli" if engine.version else "valkey-cli"
    ask = f"{cli} --no-auth-warning --user shoal.probe --pass - ping | grep -q PONG"
    return _by_files(server, scene, "/data") | {"healthcheck": ["CMD-SHELL", ask]}


def _nats(server: Workload, scene: Scene) -> Json:
    """The variant with a shell: the other one can't be asked from within."""
    made = _by_files(server, scene, "/data")
    number = scene.number(server.name, "monitor")
    test = ["CMD", "wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{number}/healthz"]
    return made | {"image": f"{made['image']}-alpine", "healthcheck": test}


def _by_files(server: Workload, scene: Scene, data: str) -> Json:
    """Its program with the configuration that shoal writes; the image's entrypoint gives the data to its own user."""
    filling = Filling(scene, server, data)
    name = next(ref.name for ref in server.command[0].refs())
    words = [name.partition("@")[0], *filling.texts(server.command[1:])]
    return {
        "image": programs.find(name).image,
        "command": words,
        "volumes": [_data(server.name, data, scene)],
        **configs_of(server, filling, scene),
    }


def _rabbitmq(engine: Rabbitmq, server: Workload, scene: Scene) -> Json:
    filling = Filling(scene, server)
    kept = {path: content for path, content in server.files.items() if path.startswith("definitions/")}
    files = [
        {"source": scene.config(f"{server.name}.{n}.json", filling.text(content)), "target": f"{places.FILES}/{path}"}
        for n, (path, content) in enumerate(kept.items())
    ]
    settings = scene.config(f"{server.name}.rabbitmq.conf", filling.text(server.files["rabbitmq.conf"]))
    return {
        "image": programs.find(f"rabbitmq-server@{engine.version}").image,
        "environment": {"RABBITMQ_NODENAME": NODE},
        "volumes": [_data(server.name, "/var/lib/rabbitmq", scene)],
        "configs": [{"source": settings, "target": "/etc/rabbitmq/conf.d/90-app.conf"}, *files],
        "healthcheck": ["CMD", "rabbitmq-diagnostics", "-q", "check_port_connectivity"],
    }


def _streams(entry: Backing, engine: Nats, scene: Scene) -> Made:
    """A job as shoal has one; here by NATS's own tool."""
    job = scene.desired.workload(f"{entry.name}.streams")
    assert job is not None
    lines = []
    for stream in engine.streams:
        age = seconds(stream.max_age) if stream.max_age else "-1"
        words = ["nats", "stream", "add", stream.name, "--defaults", "--storage", "file", f"--max-age={age}"]
        words += [f"--max-bytes={stream.max_bytes}", *(f"--subjects={subject}" for subject in stream.subjects)]
        lines.append(f"nats stream info {stream.name} > /dev/null 2>&1 || {shlex.join(words)}")
    made: Json = {
        "image": NATS_BOX,
        "entrypoint": ["/bin/sh", "-ec"],
        "command": ["\n".join(lines).replace("$", "$$") + "\n"],
        "environment": {"NATS_URL": Filling(scene, job).text(job.env["NATS_URL"])},
        "depends_on": {entry.name: {"condition": "service_healthy"}},
        "restart": "no",
    }
    scene.lose(f"backing/{entry.name}/streams", "one that is there stays as it is, whatever this file says later")
    return Made(made, "makes the streams that aren't there yet")


def _provision(entry: Backing, scene: Scene) -> Workload:
    found = scene.desired.workload(f"{entry.name}.provision")
    assert found is not None
    return found


def _script(provision: Workload, scene: Scene) -> Json:
    """What makes databases and users, run by the image on new data. Its name comes before that of others."""
    content = Filling(scene, provision).text(provision.files["provision.sql"])
    return {"source": scene.config(provision.name, content), "target": f"{INIT}/00-provision.sql"}


def _data(name: str, target: str, scene: Scene) -> Json:
    return {"type": "volume", "source": scene.volume(f"{name}-data"), "target": target}


def _file(path: str, target: str, scene: Scene) -> Json:
    return {"type": "bind", "source": scene.path(path), "target": target, "read_only": True}

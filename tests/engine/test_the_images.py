"""Whoever pulls an official name gets what the official image of it would let them rely on."""

from __future__ import annotations

import subprocess
import time

import pytest

from tests.engine.keeper import Engine
from tests.engine.table import IMAGES
from tests.engine.tool import Docker

pytestmark = pytest.mark.docker

# Image, what runs in it, what that says.
SAYS = [
    ("debian:bookworm-slim", ("cat", "/etc/debian_version"), "12."),
    ("debian:bookworm-slim", ("/bin/sh", "-c", "id -u; echo $0; which bash"), "0\n/bin/sh\n/usr/bin/bash"),
    ("python:3.11-slim", ("python3", "--version"), "Python 3.11"),
    ("python:3.11-slim", ("sh", "-c", "which python pip"), "/usr/local/bin/python\n/usr/local/bin/pip"),
    ("python:3.11-slim", ("python", "-c", "import site; print(site.__file__)"), "/usr/local/lib/python3.11/site.py"),
    ("python:3.11-slim", ("pip", "--version"), "pip 23"),
    ("python:3.11-slim", ("sh", "-c", "python -m venv /tmp/v && /tmp/v/bin/pip --version"), "pip 23"),
    ("python:3.11-slim", ("python", "-c", "import ssl, sqlite3, ctypes, lzma, zoneinfo; print('whole')"), "whole"),
    ("node:24-slim", ("--version",), "v24."),
    ("node:24-slim", ("sh", "-c", "which node npm"), "/usr/local/bin/node\n/usr/local/bin/npm"),
    ("node:24-slim", ("sh", "-c", "id -u node; npm --version"), "1000\n11."),
    ("node:24-slim", ("ls", "-d", "/usr/local/lib/node_modules/npm"), "/usr/local/lib/node_modules/npm"),
    ("eclipse-temurin:25-jre", ("java", "--version"), "openjdk 25"),
    ("eclipse-temurin:25-jre", ("sh", "-c", "echo $JAVA_HOME; which java"), "/opt/java/openjdk\n/opt/java/openjdk/"),
    ("postgres:16", ("--version",), "postgres (PostgreSQL) 16."),
    ("postgres:16", ("sh", "-c", "id -u postgres; which psql"), "999\n/usr/lib/postgresql/16/bin/psql"),
    ("postgres:16", ("stat", "-c", "%U", "/var/lib/postgresql/data"), "postgres"),
    ("postgres:18", ("--version",), "postgres (PostgreSQL) 18."),
    ("redis:8", ("sh", "-c", "id -u redis; pwd; stat -c %U /data; redis-server --version"), "999\n/data\nredis\n"),
    ("envoyproxy/envoy:v1.40.0", ("sh", "-c", "id -u envoy; command -v envoy"), "101\n/usr/local/bin/envoy"),
    ("mariadb:11.4", ("sh", "-c", "id -u mysql; stat -c %U /var/lib/mysql; which mariadbd"), "999\nmysql\n/usr/sbin"),
    ("rabbitmq:4", ("sh", "-c", "id -u rabbitmq; which rabbitmq-server"), "999\n/opt/rabbitmq/sbin/rabbitmq-server"),
    ("caddy:2", ("caddy", "version"), "v2."),
]  # fmt: skip


@pytest.fixture
def docker(engine: Engine) -> Docker:
    return Docker(engine.host)


@pytest.mark.parametrize(
    ("image", "command", "said"), SAYS, ids=lambda value: value[0] if type(value) is tuple else value
)
def test_an_image_is_as_the_official_one(docker: Docker, image: str, command: tuple[str, ...], said: str) -> None:
    assert docker.run(image, *command).stdout.strip().startswith(said.strip())


def test_nats_is_nothing_but_its_server(docker: Docker) -> None:
    name = next(image.names[0] for image in IMAGES if image.names[0].startswith("nats:"))
    assert f"v{name.partition(':')[2]}" in docker.run(name, "--version").stdout
    with pytest.raises(subprocess.CalledProcessError):
        docker.run("--entrypoint", "sh", name, "-c", "true")


def test_every_name_of_the_table_can_be_pulled_and_says_its_digest(docker: Docker) -> None:
    for name in (name for image in IMAGES for name in image.names):
        docker("pull", "--quiet", name)
        digests = docker("image", "inspect", "--format", '{{join .RepoDigests " "}}', name)
        assert f"{name.partition(':')[0]}@sha256:" in digests


def test_postgres_wants_a_password(docker: Docker) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        docker.run("postgres:16")
    assert "superuser password is not specified" in refused.value.stderr


@pytest.mark.parametrize("image", ["postgres:16", "postgres:18"])
def test_postgres_makes_what_it_is_asked_for(docker: Docker, image: str) -> None:
    """The database, its user, and what is in the folder of scripts: once."""
    network = docker("network", "create", "bed-postgres")
    script = "psql -v ON_ERROR_STOP=1 -U ann shop -c 'create table bought (what text)'"
    given = ["--env", "POSTGRES_USER=ann", "--env", 'POSTGRES_PASSWORD=it\'s "hers"', "--env", "POSTGRES_DB=shop"]
    try:
        docker("create", "--name", "bed-postgres", "--network", "bed-postgres", *given, image)
        docker.put("bed-postgres", "/docker-entrypoint-initdb.d/10-first.sh", script)
        docker.put("bed-postgres", "/docker-entrypoint-initdb.d/20-then.sql", "insert into bought values ('a hat');")
        docker("start", "bed-postgres")
        asks = ["--network", "bed-postgres", "--env", 'PGPASSWORD=it\'s "hers"', image]
        reach = ["psql", "-h", "bed-postgres", "-U", "ann", "-At", "-c"]
        said = docker.until(lambda: docker.run(*asks, *reach, "select what from bought", "shop").stdout)
        assert said == "a hat\n"
        docker("restart", "bed-postgres")
        docker.until(lambda: docker.run(*asks, *reach, "select 1", "shop").stdout)
        assert docker.run(*asks, *reach, "select count(*) from bought", "shop").stdout == "1\n"
        assert "en_US.utf8" in docker.run(*asks, *reach, "select datcollate from pg_database", "shop").stdout
        with pytest.raises(subprocess.CalledProcessError):
            docker.run("--env", "PGPASSWORD=wrong", *asks[:2], image, *reach, "select 1", "shop")
    finally:
        docker("rm", "--force", "--volumes", "bed-postgres")
        docker("network", "rm", network.strip())


def test_redis_answers_others_and_is_not_root(docker: Docker) -> None:
    docker("network", "create", "bed-redis")
    try:
        docker("run", "--detach", "--name", "bed-redis", "--network", "bed-redis", "redis:8")
        ping = ["--network", "bed-redis", "redis:8", "redis-cli", "-h", "bed-redis", "ping"]
        assert docker.until(lambda: docker.run(*ping).stdout) == "PONG\n"
        assert docker("exec", "bed-redis", "cat", "/proc/1/status").partition("Uid:\t")[2].startswith("999")
    finally:
        docker("rm", "--force", "--volumes", "bed-redis")
        docker("network", "rm", "bed-redis")


def test_mariadb_makes_what_it_is_asked_for(docker: Docker) -> None:
    given = [f"--env=MARIADB_{name}" for name in ("ROOT_PASSWORD=it's", "DATABASE=shop", "USER=ann", "PASSWORD=her's")]
    docker("create", "--name", "bed-mariadb", *given, "mariadb:11.4")
    try:
        script = "create table bought (what text); insert into bought values ('a hat')"
        docker.put("bed-mariadb", "/docker-entrypoint-initdb.d/10-first.sql", script)
        docker("start", "bed-mariadb")
        ask = [
            "bed-mariadb",
            "mariadb",
            "-N",
            "-h127.0.0.1",
            "-uann",
            "-pher's",
            "shop",
            "-e",
            "select what from bought",
        ]
        assert docker.until(lambda: docker("exec", *ask)) == "a hat\n"
        assert docker("exec", "bed-mariadb", "cat", "/proc/1/status").partition("Uid:\t")[2].startswith("999")
    finally:
        docker("rm", "--force", "--volumes", "bed-mariadb")


def test_rabbitmq_has_the_user_that_it_is_told(docker: Docker) -> None:
    given = ["--env=RABBITMQ_DEFAULT_USER=ann", "--env=RABBITMQ_DEFAULT_PASS=hers"]
    docker("run", "--detach", "--name", "bed-rabbitmq", *given, "rabbitmq:4")
    try:
        # As root it would make the cookie, and the server could not read it.
        ask = ["exec", "--user", "rabbitmq", "bed-rabbitmq", "rabbitmqctl", "authenticate_user", "ann", "hers"]
        assert "Success" in docker.until(lambda: docker(*ask))
    finally:
        docker("rm", "--force", "--volumes", "bed-rabbitmq")


def test_a_port_is_published_and_an_instance_has_an_address(docker: Docker) -> None:
    """Envoy's administration, by the port of this machine."""
    import urllib.request

    docker("run", "--detach", "--name", "bed-envoy", "--publish", "127.0.0.1::9901", "envoyproxy/envoy:v1.40.0")
    try:
        at = docker("port", "bed-envoy", "9901/tcp").strip()
        said = docker.until(lambda: urllib.request.urlopen(f"http://{at}/ready").read().decode())
        assert said == "LIVE\n"
        assert docker("exec", "bed-envoy", "cat", "/proc/1/status").partition("Uid:\t")[2].startswith("101")
    finally:
        docker("rm", "--force", "--volumes", "bed-envoy")


def test_what_is_not_there_is_refused_at_once(docker: Docker) -> None:
    begun = time.monotonic()
    with pytest.raises(subprocess.CalledProcessError):
        docker("pull", "no-such-image:1")
    assert time.monotonic() - begun < 20

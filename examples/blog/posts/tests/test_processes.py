"""The processes as they are started: migrate, serve, project."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

from tests.support.databases import new_database
from tests.support.nats_server import NatsServer
from tests.support.ports import free_port, wait_for_port

FOLDER = Path(__file__).parents[1]
Environment = dict[str, str]


@pytest.fixture
def fresh_database(database: URL) -> Iterator[URL]:
    with new_database(database) as fresh:
        yield fresh


@pytest.fixture
def environment(fresh_database: URL) -> Environment:
    url = fresh_database.set(drivername="postgresql").render_as_string(hide_password=False)
    return {**os.environ, "DATABASE_URL": url, "USERS_URL": "http://127.0.0.1:1", "PORT": str(free_port())}


def start(environment: Environment, *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ready(environment: Environment) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/health/ready") as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_migrations_may_run_at_the_same_time(environment: Environment) -> None:
    runs = [start(environment, "flask", "db", "upgrade") for _ in range(3)]
    outputs = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], outputs


def test_the_models_and_the_migrations_agree(environment: Environment) -> None:
    for verb in ("upgrade", "check", "downgrade", "upgrade"):
        run = start(environment, "flask", "db", verb)
        assert run.wait(60) == 0, run.communicate()[0]
        run.communicate()


def test_the_server_is_ready_once_migrated_and_stops_when_told(environment: Environment) -> None:
    server = start(environment, "posts")
    try:
        wait_for_port(int(environment["PORT"]), 20)
        assert ready(environment) == 503
        start(environment, "flask", "db", "upgrade").communicate(timeout=60)
        assert ready(environment) == 200
        server.send_signal(signal.SIGTERM)
        output = server.communicate(timeout=10)[0]
    finally:
        server.kill()
    assert server.returncode == 0, output


def test_a_request_in_flight_is_finished(environment: Environment, fresh_database: URL) -> None:
    start(environment, "flask", "db", "upgrade").communicate(timeout=60)
    engine = create_engine(fresh_database)
    server = start(environment, "posts")
    answers: list[int] = []
    try:
        wait_for_port(int(environment["PORT"]), 20)
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE alembic_version"))
            asking = threading.Thread(target=lambda: answers.append(ready(environment)))
            asking.start()
            time.sleep(0.5)
            server.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        asking.join(10)
        output = server.communicate(timeout=10)[0]
    finally:
        server.kill()
        engine.dispose()
    assert answers == [200], output
    assert server.returncode == 0


def test_the_projector_stops_when_told(environment: Environment, nats_server: NatsServer) -> None:
    projector = start({**environment, "NATS_URL": nats_server.url}, "posts.projector")
    assert projector.stdout
    try:
        assert "the stream USERS does not exist yet" in projector.stdout.readline()
        projector.send_signal(signal.SIGTERM)
        output = projector.communicate(timeout=5)[0]
    finally:
        projector.kill()
    assert projector.returncode == 0, output


@pytest.mark.parametrize(
    ("module", "missing"),
    [("posts", "PORT"), ("posts", "DATABASE_URL"), ("posts", "USERS_URL"), ("posts.projector", "NATS_URL")],
)
def test_a_missing_variable_is_named(environment: Environment, module: str, missing: str) -> None:
    run = start({name: value for name, value in environment.items() if name != missing}, module)
    output = run.communicate(timeout=30)[0]
    assert run.returncode == 2
    assert f"{missing} is not set" in output

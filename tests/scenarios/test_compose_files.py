"""A Compose file must run as it is: its services by their names, its ports where it publishes them, in its order."""

from __future__ import annotations

import socket

import pytest

from tests.engine.keeper import Engine
from tests.scenarios.app import get
from tests.scenarios.conftest import Make

pytestmark = [pytest.mark.docker, pytest.mark.timeout(180)]

COMPOSE = """\
services:
  db:
    image: postgres:16
    environment: { POSTGRES_PASSWORD: "${PASSWORD:?say one}", POSTGRES_DB: shop }
    healthcheck: { test: [CMD-SHELL, pg_isready -U postgres], interval: 1s }
    volumes: ["dbdata:/var/lib/postgresql/data"]
  seed:
    image: postgres:16
    command: [psql, "postgresql://postgres:${PASSWORD}@db/shop", -c, "CREATE TABLE seeded (n int)"]
    depends_on: { db: { condition: service_healthy } }
  web:
    image: python:3.11-slim
    command: [python3, -m, http.server, "8000"]
    ports: ["PORT:8000"]
    depends_on: { seed: { condition: service_completed_successfully } }
    logging: { driver: json-file }
volumes:
  dbdata:
"""


def test_it_runs_in_its_order_and_is_reached_where_it_says(app: Make, engine: Engine) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = app(
        "services: {}\n", {"compose.yaml": COMPOSE.replace("PORT:", f"{port}:"), ".env": "PASSWORD=word\n"}, plain=True
    )
    made.env["DOCKER_HOST"] = engine.host
    told = made.ok("-f", "compose.yaml", "up", "-d", "--wait", timeout=120)
    assert "compose.yaml:16:5: services/web/logging" in told.err
    assert get(f"http://127.0.0.1:{port}/")[0] == 200
    tables = ("exec", "db", "psql", "-U", "postgres", "-d", "shop", "-tc", "SELECT count(*) FROM seeded")
    assert made.ok("-f", "compose.yaml", *tables).out.strip() == "0"

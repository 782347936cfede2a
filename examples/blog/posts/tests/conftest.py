"""One database and one stand-in for users a run; every test finds the tables empty."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import URL, Engine, create_engine, make_url, text

from posts.app import create_app
from posts.config import Settings
from posts.database import ENGINE_OPTIONS, db
from posts.models import Base
from tests.support.api import Api
from tests.support.databases import new_database
from tests.support.nats_server import NatsServer
from tests.support.postgres import Postgres
from tests.support.users import UsersService

MIGRATIONS = Path(__file__).parents[1] / "migrations"
NewUser = Callable[[str], Api]


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Postgres | None]:
    """The server that the tests started; None when they were given one."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield None
        return
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def database(own_postgres: Postgres | None) -> Iterator[URL]:
    """A database of this run alone."""
    server = own_postgres.url if own_postgres else os.environ["TEST_DATABASE_URL"]
    url = make_url(server).set(drivername="postgresql+psycopg")
    with new_database(url) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def users() -> Iterator[UsersService]:
    service = UsersService()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def shared_app(database: URL, users: UsersService) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database, users_url=users.url))
    Migrate(app, db)
    with app.app_context():
        upgrade(str(MIGRATIONS))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    yield shared_app
    tables = ", ".join(name for name in Base.metadata.tables if name != "jwks")
    with shared_app.app_context():
        db.session.execute(text(f"TRUNCATE {tables}"))
        db.session.commit()


@pytest.fixture
def engine(app: Flask, database: URL) -> Iterator[Engine]:
    """The database as a projector sees it."""
    engine = create_engine(database, **ENGINE_OPTIONS)
    yield engine
    engine.dispose()


@pytest.fixture
def new_user(app: Flask, users: UsersService) -> NewUser:
    def make(name: str) -> Api:
        user_id = uuid4()
        return Api(app, users.key.token(user_id, name), user_id, name)

    return make


@pytest.fixture
def anna(new_user: NewUser) -> Api:
    return new_user("anna")


@pytest.fixture
def ben(new_user: NewUser) -> Api:
    return new_user("ben")


@pytest.fixture
def nobody(app: Flask) -> Api:
    return Api(app)


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path / "nats")
    server.start()
    yield server
    server.stop()

"""The keys of users outlive users: they are kept in the database."""

import socket
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import URL, delete

from posts.app import create_app
from posts.config import Settings
from posts.database import db
from posts.identity.fetch import FetchFailed, KeySource
from posts.identity.store import KeyStore
from posts.models import StoredKey
from tests.support.api import Api, refusal
from tests.support.users import SigningKey, UsersService

AWAY = "http://127.0.0.1:1"


@pytest.fixture
def hung_users() -> Iterator[str]:
    """A users service that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def started(database: URL, users_url: str) -> Flask:
    return create_app(Settings(database_url=database, users_url=users_url))


def stored(app: Flask, *keys: SigningKey) -> None:
    with app.app_context():
        KeyStore(db.engine).replace({key.kid: key.jwk for key in keys})


def user_of(app: Flask, key: SigningKey) -> Api:
    user_id = uuid4()
    return Api(app, key.token(user_id, "anna"), user_id, "anna")


def test_stored_keys_are_enough_when_users_is_down(app: Flask, database: URL) -> None:
    key = SigningKey()
    stored(app, key)
    restarted = started(database, AWAY)
    assert user_of(restarted, key).publish()["author"]["username"] == "anna"
    assert refusal(user_of(restarted, SigningKey()).get("/articles/feed"))[0] == 401


def test_a_hung_users_service_delays_a_request_by_a_second_at_most(
    app: Flask, database: URL, hung_users: str
) -> None:
    key = SigningKey()
    stored(app, key)
    restarted = started(database, hung_users)
    before = time.monotonic()
    assert user_of(restarted, key).get("/articles/feed").status_code == 200
    assert user_of(restarted, SigningKey()).get("/articles/feed").status_code == 401
    assert time.monotonic() - before < 2


def test_without_any_key_a_token_cannot_be_judged(app: Flask, database: URL) -> None:
    with app.app_context():
        db.session.execute(delete(StoredKey))
        db.session.commit()
    user = user_of(started(database, AWAY), SigningKey())
    answer = user.post("/articles")
    assert refusal(answer) == (503, {"token": ["cannot be checked at the moment"]})
    assert answer.headers["Retry-After"] == "1"
    assert user.get("/articles").status_code == 200


def test_fetched_keys_are_stored_and_withdrawn_ones_forgotten(
    app: Flask, database: URL, users: UsersService
) -> None:
    stored(app, SigningKey())
    restarted = started(database, users.url)
    user_of(restarted, users.key).publish()
    deadline = time.monotonic() + 2
    while kept(app) != {users.key.kid} and time.monotonic() < deadline:
        time.sleep(0.02)
    assert kept(app) == {users.key.kid}


def test_a_key_that_cannot_be_used_does_not_spoil_the_others(app: Flask, database: URL) -> None:
    good, bad = SigningKey(), SigningKey()
    with app.app_context():
        KeyStore(db.engine).replace({good.kid: good.jwk, bad.kid: {**bad.jwk, "x": "?"}})
    restarted = started(database, AWAY)
    assert user_of(restarted, good).get("/articles/feed").status_code == 200
    assert user_of(restarted, bad).get("/articles/feed").status_code == 401


def test_an_answer_that_is_no_jwks_is_a_failure(users: UsersService) -> None:
    for url in (AWAY, users.url + "/elsewhere"):
        with pytest.raises(FetchFailed):
            KeySource(url).fetch()


def kept(app: Flask) -> set[str]:
    with app.app_context():
        return set(KeyStore(db.engine).load())

"""Tokens: which are good, which are not, and what an unusable one costs."""

import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from flask import Flask

from tests.support.api import Api
from tests.support.users import SigningKey, UsersService

INVALID = (401, {"token": ["is invalid"]})
MISSING = (401, {"token": ["is missing"]})


def with_header(app: Flask, header: str) -> tuple[int, Any]:
    answer = app.test_client().get("/api/articles/feed", headers={"Authorization": header})
    return answer.status_code, answer.json.get("errors")  # type: ignore[union-attr]


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "token", "BEARER"])
def test_both_schemes_are_accepted(app: Flask, users: UsersService, scheme: str) -> None:
    token = users.key.token(uuid4(), "anna")
    assert with_header(app, f"{scheme} {token}") == (200, None)


@pytest.mark.parametrize("header", ["", "Token", "Token ", "Basic eDp5", "eyJh"])
def test_a_header_without_a_token_is_none(app: Flask, header: str) -> None:
    assert with_header(app, header) == MISSING


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "someone"},
        {"iat": None},
        {"sub": "anna"},
        {"sub": 7},
        {"sub": None},
        {"username": None},
        {"username": ""},
        {"username": "a\0"},
        {"ver": None},
        {"ver": "1"},
        {"ver": True},
        {"ver": 2**63},
    ],
)
def test_a_token_with_a_bad_claim_is_invalid(
    app: Flask, users: UsersService, changes: dict[str, Any]
) -> None:
    assert with_header(app, f"Token {users.key.token(uuid4(), 'anna', **changes)}") == INVALID


def test_a_forged_token_is_invalid(app: Flask, users: UsersService) -> None:
    claims = {"iss": "users", "sub": str(uuid4()), "username": "a", "ver": 1, "iat": 1, "exp": 2**31}
    headers = {"kid": users.key.kid}
    forger = SigningKey(kid=users.key.kid)
    tokens = [
        forger.sign(**claims),
        jwt.encode(claims, "s" * 64, algorithm="HS256", headers=headers),
        jwt.encode(claims, "", algorithm="none", headers=headers),
        users.key.sign(**claims)[:-4] + "AAAA",
        jwt.encode(claims, users.key.private, algorithm="ES256"),
        "garbage",
        "a.b.c",
        "W1tbW1tb" * 2000 + ".e30.AA",
        "é.é.é",
    ]
    assert [with_header(app, f"Token {token}") for token in tokens] == [INVALID] * len(tokens)


def test_reading_goes_on_with_a_stale_token(anna: Api, app: Flask, users: UsersService) -> None:
    slug = anna.publish()["slug"]
    stale = Api(app, users.key.token(uuid4(), "old", exp=1))
    assert stale.titles() == ["A title"]
    assert stale.article(slug)["favorited"] is False
    assert stale.get(f"/articles/{slug}/comments").status_code == 200


def test_a_new_key_is_found_when_a_token_first_uses_it(app: Flask, users: UsersService) -> None:
    with_header(app, f"Token {users.key.token(uuid4(), 'anna')}")
    time.sleep(1.1)
    users.keys.append(SigningKey())
    try:
        assert with_header(app, f"Token {users.key.token(uuid4(), 'anna')}") == (200, None)
        assert with_header(app, f"Token {users.keys[0].token(uuid4(), 'anna')}") == (200, None)
    finally:
        users.keys.pop()


def test_unknown_keys_are_asked_for_at_most_once_a_second(app: Flask, users: UsersService) -> None:
    with_header(app, f"Token {users.key.token(uuid4(), 'anna')}")
    fetches, started = users.fetches, time.monotonic()
    while time.monotonic() < started + 1.5:
        assert with_header(app, f"Token {SigningKey().token(uuid4(), 'anna')}") == INVALID
    assert users.fetches - fetches <= 2

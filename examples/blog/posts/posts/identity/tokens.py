"""From the Authorization header to the user that it names."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from posts.identity.keys import KeyRing, UnknownKey
from posts.paging import MAX_BIGINT
from posts.text import is_storable

ISSUER = "users"
LEEWAY_S = 30
SCHEMES = ("token", "bearer")


class BadToken(Exception):
    """Not a token of the users service, or no longer one."""


@dataclass(frozen=True)
class Viewer:
    """The user whose request this is, as the token says."""

    id: UUID
    username: str
    version: int


def token_in(header: str | None) -> str | None:
    """The token in `Token <jwt>` or `Bearer <jwt>`; None when the header has none to offer."""
    scheme, _, token = (header or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() in SCHEMES else None


def viewer_of(token: str, keys: KeyRing) -> Viewer:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise BadToken("no key named")
        claims = jwt.decode(
            token,
            keys.find(kid),
            algorithms=["ES256"],
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": ["iss", "sub", "iat", "exp"]},
        )
    except (jwt.PyJWTError, UnknownKey, ValueError, RecursionError) as error:
        raise BadToken(str(error)) from error
    return _viewer(claims)


def _viewer(claims: dict[str, Any]) -> Viewer:
    username, version = claims.get("username"), claims.get("ver")
    if not isinstance(username, str) or not username or not is_storable(username):
        raise BadToken("username")
    if type(version) is not int or not 0 <= version <= MAX_BIGINT:
        raise BadToken("ver")
    try:
        return Viewer(UUID(str(claims["sub"])), username, version)
    except ValueError as error:
        raise BadToken("sub") from error

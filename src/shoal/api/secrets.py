"""Verbs about declared secrets: which there are, and another value for one. No value is ever answered."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

from shoal.api.server import Verb
from shoal.control.environment import Environment
from shoal.control.rotation import users
from shoal.errors import UsageError
from shoal.model.app import Secret
from shoal.model.names import check_known

Request = Mapping[str, Any]
LENGTH = 32


class Secrets:
    """`changing` is held by whoever changes what is wanted."""

    def __init__(self, environment: Environment, changing: asyncio.Lock) -> None:
        self._environment, self._changing = environment, changing

    def table(self) -> dict[str, Verb]:
        return {"secrets": self.secrets, "rotate": self.rotate}

    async def secrets(self, request: Request) -> AsyncIterator[Any]:
        wanted, desired = self._environment.running().wanted, self._environment.loop.desired
        yield {
            "secrets": [
                {
                    "name": secret.name,
                    "source": _source(secret),
                    "rotated": secret.name in wanted.overrides.rotated,
                    "services": users(desired, secret.name),
                }
                for secret in wanted.app.secrets
            ]
        }

    async def rotate(self, request: Request) -> AsyncIterator[Any]:
        """`value` is the new one; without it, one is made."""
        secret = self._declared(str(request["name"]))
        value = request.get("value")
        if value is None:
            length = secret.generate or LENGTH
            value = secrets.token_urlsafe(length)[:length]
        async with self._changing:
            self._environment.rotate(secret.name, value)
            wanted = self._environment.running().wanted
        yield {"release": wanted.number, "services": users(self._environment.loop.desired, secret.name)}

    def _declared(self, name: str) -> Secret:
        app = self._environment.running().wanted.app
        backing = name.partition(".")[0]
        if backing in {b.name for b in app.backing}:
            what = f"passwords of {backing} are made by shoal, and can't be rotated"
            raise UsageError(what, hint="They never leave this machine. `down -v` drops them, with the data.")
        tls = app.gateway.tls if app.gateway else None
        if tls and any(one.secret == name for one in tls.certificates):
            hint = "Change both where they come from, and say: shoal up -d --wait"
            raise UsageError(f"{name} is the key of a certificate, and goes with it", hint=hint)
        check_known([name], [secret.name for secret in app.secrets], "secret")
        return next(secret for secret in app.secrets if secret.name == name)


def _source(secret: Secret) -> str:
    if secret.env:
        return f"variable {secret.env}"
    return f"file {secret.file}" if secret.file else "made by shoal"

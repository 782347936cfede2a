"""Who one is to a registry: as Docker's own client keeps it, in its settings or by a helper that those name."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from shoal.build.image.reference import HUB
from shoal.errors import DriverFailed

_HUB_KEY = "https://index.docker.io/v1/"
_TOKEN = "<token>"
"""In place of a user: what follows is a token of the registry's."""

PATIENCE = 30.0


class Credentials(NamedTuple):
    username: str
    password: str

    @property
    def is_token(self) -> bool:
        return self.username == _TOKEN

    def for_engine(self, registry: str) -> dict[str, str]:
        """In the form of the engine's API."""
        if self.is_token:
            return {"identitytoken": self.password, "serveraddress": registry}
        return {"username": self.username, "password": self.password, "serveraddress": registry}


def credentials(registry: str) -> Credentials | None:
    """None: it is asked as anybody. Raises `DriverFailed` if a helper can't be asked."""
    settings = _settings()
    key = _HUB_KEY if registry == HUB else registry
    helper = (settings.get("credHelpers") or {}).get(key) or settings.get("credsStore")
    if helper:
        return _asked(str(helper), key)
    auths = settings.get("auths") or {}
    found = auths.get(key) or auths.get(f"https://{key}") or {}
    return _decoded(str(found.get("auth") or ""), str(found.get("identitytoken") or ""))


def _settings() -> dict[str, Any]:
    folder = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
    try:
        found = json.loads((Path(folder) / "config.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _decoded(auth: str, token: str) -> Credentials | None:
    if token:
        return Credentials(_TOKEN, token)
    try:
        username, colon, password = base64.b64decode(auth).decode().partition(":")
    except ValueError:
        return None
    return Credentials(username, password.rstrip("\0")) if colon else None


def _asked(helper: str, key: str) -> Credentials | None:
    command = f"docker-credential-{helper}"
    try:
        done = subprocess.run((command, "get"), input=key.encode(), capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        hint = "it is named in Docker's config.json (credsStore, credHelpers): is it on PATH?"
        raise DriverFailed(
            f"{command}, which knows the password for {key}, can't be asked: {problem}", hint=hint
        ) from None
    try:
        told = json.loads(done.stdout)
        return Credentials(told["Username"], told["Secret"]) if done.returncode == 0 else None
    except (ValueError, KeyError, TypeError):
        return None

"""Fetches the JWKS of the users service."""

import http.client
import json
from typing import Any
from urllib.request import ProxyHandler, build_opener

TIMEOUT_S = 1.0
MAX_BYTES = 256 * 1024


class FetchFailed(Exception):
    """The keys could not be fetched: users is away, or answered something else."""


class KeySource:
    def __init__(self, users_url: str) -> None:
        self._url = users_url.rstrip("/") + "/.well-known/jwks.json"
        self._opener = build_opener(ProxyHandler({}))

    def fetch(self) -> dict[str, dict[str, Any]]:
        """The published keys by their id; never an empty set."""
        try:
            with self._opener.open(self._url, timeout=TIMEOUT_S) as response:
                document = json.loads(response.read(MAX_BYTES))
            keys = {key["kid"]: key for key in document["keys"] if isinstance(key.get("kid"), str)}
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError) as error:
            raise FetchFailed(f"{self._url}: {error!r}") from error
        if not keys:
            raise FetchFailed(f"{self._url}: no keys")
        return keys

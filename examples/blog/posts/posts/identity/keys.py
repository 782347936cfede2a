"""The public keys of the users service, in memory, in the database, and refetched by one thread.

A request never fetches: it asks the thread to, and waits for at most a second.
"""

import logging
import threading
import time
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError
from sqlalchemy.exc import SQLAlchemyError

from posts.identity.fetch import FetchFailed, KeySource
from posts.identity.store import KeyStore

log = logging.getLogger(__name__)

REFETCH_S = 300.0
RETRY_S = 5.0
ROUND_S = 1.0


class UnknownKey(Exception):
    """users does not publish this key."""


class NoKeys(Exception):
    """No key has ever been had: no token can be judged."""


class KeyRing:
    def __init__(self, store: KeyStore, source: KeySource | None) -> None:
        self._store = store
        self._source = source
        self._keys: dict[str, PyJWK] = {}
        self._wanted = threading.Event()
        self._changed = threading.Condition()
        self._rounds = 0
        self._last_round = float("-inf")
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the refresher, once."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._refresh_for_ever, name="keys", daemon=True)
                self._thread.start()

    def find(self, kid: str) -> PyJWK:
        if kid not in self._keys:
            self._await_round(kid)
        keys = self._keys
        if not keys:
            raise NoKeys
        if kid not in keys:
            raise UnknownKey(kid)
        return keys[kid]

    def _await_round(self, kid: str) -> None:
        self.start()
        with self._changed:
            if self._keys and time.monotonic() - self._last_round < ROUND_S:
                return  # looked a moment ago
            seen = self._rounds
            self._wanted.set()
            self._changed.wait_for(lambda: self._rounds > seen or kid in self._keys, timeout=ROUND_S)

    def _refresh_for_ever(self) -> None:
        self._load_stored()
        while True:
            started = time.monotonic()
            self._wanted.clear()
            fetched = self._try_fetch()
            with self._changed:
                self._rounds += 1
                self._last_round = time.monotonic()
                self._changed.notify_all()
            self._wanted.wait(self._pause(fetched))
            time.sleep(max(0.0, started + ROUND_S - time.monotonic()))

    def _pause(self, fetched: bool) -> float:
        if fetched:
            return REFETCH_S
        return RETRY_S if self._keys else ROUND_S

    def _try_fetch(self) -> bool:
        try:
            return self._fetch()
        except Exception:  # without this thread no new key would ever be learnt
            log.exception("keys not refreshed")
            return False

    def _fetch(self) -> bool:
        try:
            jwks = self._source.fetch() if self._source else None
        except FetchFailed as error:
            log.warning("keys not fetched: %s", error)
            jwks = None
        if jwks is None:
            self._load_stored()  # another instance may have had more luck
            return False
        self._use(jwks)
        self._save(jwks)
        return True

    def _load_stored(self) -> None:
        try:
            jwks = self._store.load()
        except SQLAlchemyError as error:
            log.warning("stored keys not read: %s", error)
        else:
            if jwks:
                self._use(jwks)

    def _save(self, jwks: dict[str, dict[str, Any]]) -> None:
        try:
            self._store.replace(jwks)
        except SQLAlchemyError as error:
            log.warning("keys not stored: %s", error)

    def _use(self, jwks: dict[str, dict[str, Any]]) -> None:
        keys = dict(filter(None, (_parse(kid, jwk) for kid, jwk in jwks.items())))
        with self._changed:
            self._keys = keys
            self._changed.notify_all()


def _parse(kid: str, jwk: dict[str, Any]) -> tuple[str, PyJWK] | None:
    try:
        return kid, PyJWK(jwk, algorithm="ES256")
    except (PyJWTError, ValueError, TypeError) as error:
        log.warning("key %s cannot be used: %s", kid, error)
        return None

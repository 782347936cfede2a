"""The keys as the database keeps them, shared by all instances."""

from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from posts.models import StoredKey


class KeyStore:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self) -> dict[str, dict[str, Any]]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(StoredKey.kid, StoredKey.jwk))
            return {row.kid: row.jwk for row in rows}

    def replace(self, keys: dict[str, dict[str, Any]]) -> None:
        """Keeps exactly these keys: one that users has withdrawn is gone."""
        upsert = insert(StoredKey).values([{"kid": kid, "jwk": keys[kid]} for kid in sorted(keys)])
        with self._engine.begin() as connection:
            connection.execute(
                upsert.on_conflict_do_update(
                    index_elements=[StoredKey.kid],
                    set_={"jwk": upsert.excluded.jwk},
                    where=StoredKey.jwk != upsert.excluded.jwk,
                )
            )
            connection.execute(delete(StoredKey).where(StoredKey.kid.not_in(keys)))

"""Is the database migrated at least as far as this code needs?

A schema that this code does not know is a newer one: during a rollout the old instances go on serving.
"""

from functools import cached_property
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class SchemaCheck:
    @cached_property
    def _outdated(self) -> set[str]:
        from alembic.script import ScriptDirectory  # only the first check needs it

        scripts = ScriptDirectory(str(MIGRATIONS))
        heads = set(scripts.get_heads())
        return {script.revision for script in scripts.walk_revisions()} - heads

    def is_migrated(self, session: Session) -> bool:
        if session.scalar(text("SELECT to_regclass('alembic_version') IS NULL")):
            return False
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
        return revision is not None and revision not in self._outdated

"""Runs the migrations in one transaction, one runner at a time."""

from logging.config import fileConfig

from alembic import context
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

LOCK_KEY = 7_305_511_401  # any number, the same for every runner

if context.config.config_file_name:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

db: SQLAlchemy = current_app.extensions["migrate"].db


def run_migrations() -> None:
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=db.metadata)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations need a database")
run_migrations()

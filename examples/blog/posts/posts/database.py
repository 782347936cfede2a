"""The connection to PostgreSQL: one pool a process, shared by requests and the key refresher."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy

from posts.models import Base

db = SQLAlchemy(metadata=Base.metadata)

# pre_ping makes a restart of the database invisible; the timeouts bound what an unreachable one costs.
ENGINE_OPTIONS: dict[str, Any] = {
    "hide_parameters": True,  # what users wrote does not belong into logs
    "pool_pre_ping": True,
    "pool_size": 5,
    "max_overflow": 0,
    "pool_timeout": 3,
    "connect_args": {"connect_timeout": 2, "tcp_user_timeout": 5000, "application_name": "posts"},
}

import os

import psycopg

TABLES = """
CREATE TABLE IF NOT EXISTS applied (event_id text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS balance (account text PRIMARY KEY, cents bigint NOT NULL);
"""

with psycopg.connect(os.environ["DATABASE_URL"]) as database:
    database.execute(TABLES)

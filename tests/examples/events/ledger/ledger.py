"""Adds up payments: each once, however often its event comes. When NATS or the database go away it ends, and is started
again; an event is acknowledged only when its effect is committed."""

import asyncio
import json
import os

import nats
import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

TRIES = 5
READER = ConsumerConfig(durable_name="ledger", ack_policy=AckPolicy.EXPLICIT, ack_wait=10, max_deliver=10)
ADD = """
INSERT INTO balance VALUES (%s, %s)
ON CONFLICT (account) DO UPDATE SET cents = balance.cents + excluded.cents
"""


def apply(database: psycopg.Connection, event: dict) -> None:
    with database.transaction():
        done = database.execute("INSERT INTO applied VALUES (%s) ON CONFLICT DO NOTHING", [event["id"]])
        if done.rowcount:
            database.execute(ADD, [event["account"], event["cents"]])


async def handle(message: Msg, client: Client, database: psycopg.Connection) -> None:
    try:
        await asyncio.to_thread(apply, database, json.loads(message.data))
        await message.ack()
    except (ValueError, KeyError, TypeError, psycopg.DataError, psycopg.IntegrityError) as fault:
        if message.metadata.num_delivered < TRIES:
            await message.nak(delay=0.2)
        else:
            await client.publish(message.reply, b"+TERM " + repr(fault).encode())


async def main() -> None:
    client = await nats.connect(os.environ["NATS_URL"], allow_reconnect=False)
    stream = client.jetstream()
    await stream.add_consumer("PAYMENTS", READER)
    reading = await stream.pull_subscribe_bind("ledger", "PAYMENTS")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        while True:
            try:
                messages = await reading.fetch(1, timeout=5)
            except TimeoutError:
                messages = []
            for message in messages:
                await handle(message, client, database)


asyncio.run(main())

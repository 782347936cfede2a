"""Packs what was ordered. Connects again when the queue was restarted; an order is taken off it when it is packed."""

import os
import time

import pika
import valkey

cache = valkey.from_url(os.environ["REDIS_URL"])


def pack(channel, method, properties, body: bytes) -> None:
    cache.hset(f"order:{body.decode()}", "state", "packed")
    channel.basic_ack(method.delivery_tag)


while True:
    try:
        with pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"])) as connection:
            channel = connection.channel()
            channel.basic_consume("orders", pack)
            channel.start_consuming()
    except pika.exceptions.AMQPError as problem:
        print(f"{problem!r}; again in a second", flush=True)
        time.sleep(1)

"""POST /WHAT puts an order into the queue and answers with its number; GET /NUMBER tells how it stands."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pika
import valkey

cache = valkey.from_url(os.environ["REDIS_URL"], decode_responses=True)


def order(what: str) -> str:
    number = cache.incr("orders")
    cache.hset(f"order:{number}", mapping={"what": what, "state": "ordered"})
    with pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"])) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "orders", str(number).encode(), pika.BasicProperties(delivery_mode=2), mandatory=True)
    return str(number)


class Shop(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.answer(order(self.path.strip("/")))

    def do_GET(self) -> None:
        found = cache.hgetall(f"order:{self.path.strip('/')}")
        self.answer(f"{found['what']}: {found['state']}" if found else "no such order")

    def answer(self, text: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())


ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Shop).serve_forever()

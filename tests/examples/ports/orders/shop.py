"""Asks orders at each of its ports."""

import os
import threading
import urllib.request

import grpc
from answering import serve
from grpc_health.v1 import health_pb2, health_pb2_grpc


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode().strip())


def answer(path: str) -> str:
    if path == "/":
        return "well"
    with grpc.insecure_channel(os.environ["RPC"]) as channel:
        asked = health_pb2.HealthCheckRequest(service="shop.Orders")
        status = health_pb2_grpc.HealthStub(channel).Check(asked, timeout=5).status
    word = health_pb2.HealthCheckResponse.ServingStatus.Name(status)
    return f"{fetched(os.environ['ORDERS_URL'])}; {word}; {fetched(os.environ['NUMBERS'])}"


serve(os.environ["HOST"], int(os.environ["PORT"]), answer)
threading.Event().wait()

"""Three ports: pages, gRPC (its health), and metrics."""

import argparse
import os
import pathlib
from concurrent import futures

import grpc
from answering import serve
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

parser = argparse.ArgumentParser()
parser.add_argument("--metrics", type=int, required=True)
metrics = parser.parse_args().metrics
host = os.environ["HOST"]
asked = 0


def page(path: str) -> str:
    global asked
    asked += 1
    return pathlib.Path("templates/page.txt").read_text().format(name="ann")


serve(host, int(os.environ["PORT"]), page)
serve(host, metrics, lambda path: f"pages {asked}")
server = grpc.server(futures.ThreadPoolExecutor(4))
servicer = health.HealthServicer()
servicer.set("shop.Orders", health_pb2.HealthCheckResponse.SERVING)
health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
server.add_insecure_port(f"{host}:{os.environ['GRPC_LISTEN_PORT']}")
server.start()
server.wait_for_termination()

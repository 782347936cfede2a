"""Requests through the gateway against requests sent directly to the one instance of web, alternately.

Bounds: at least 0.25 of the requests per second with 16 connections; with one, at most 10 times the median latency
(a direct answer takes some 50 µs) and at most 1 ms more. The client is a small one in Python.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import sys
import time
from typing import NamedTuple

from bench import processes
from bench.app import say
from bench.blog import blog
from bench.by_hand import MESH
from bench.figures import Verdict, conclude, median, percentile
from shoal.model.observed import Endpoint

PATH = "/health/ready"
MANY = 16
RATE, LATENCY, ADDED = 0.25, 10.0, 1.0


class Load(NamedTuple):
    """`p50` and `p99` in milliseconds."""

    rate: float
    p50: float
    p99: float


def length_of(head: bytes) -> int:
    """Of an answer's body, from its header. Raises ValueError for what isn't a 200 with a known length."""
    lines = head.split(b"\r\n")
    if lines[0].split()[1:2] != [b"200"]:
        raise ValueError(lines[0].decode(errors="replace"))
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise ValueError("an answer of unknown length")


class _Connection:
    """One request at a time, for ever."""

    def __init__(self, at: Endpoint, request: bytes) -> None:
        self.socket = socket.create_connection(at)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._answer = b""
        self._sent = 0.0

    def send(self) -> None:
        self._answer = b""
        self._sent = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> float:
        """How long the answer took, once all of it is there; else 0."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise SystemExit("bench: a connection was closed under load")
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < length_of(head):
            return 0.0
        return time.perf_counter() - self._sent


def load(at: Endpoint, connections: int, seconds: float) -> Load:
    """Keep-alive, each connection sends its next request when it has the answer."""
    request = f"GET {PATH} HTTP/1.1\r\nHost: {at}\r\n\r\n".encode()
    waiting = [_Connection(at, request) for _ in range(connections)]
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for connection in waiting:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            for key, _ in selector.select():
                if took := key.data.receive():
                    times.append(took)
                    key.data.send()
        passed = time.perf_counter() - began
    for connection in waiting:
        connection.socket.close()
    return Load(len(times) / passed, percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000)


class Round(NamedTuple):
    """`cost` is Envoy's CPU time for one request, in µs."""

    direct: Load
    through: Load
    direct_one: Load
    through_one: Load
    cost: float


def _round(direct: Endpoint, gateway: Endpoint, envoy: int, seconds: float) -> Round:
    many = load(direct, MANY, seconds)
    before = processes.on_cpu(envoy)
    through = load(gateway, MANY, seconds)
    cost = (processes.on_cpu(envoy) - before) / (through.rate * seconds) * 1e6
    return Round(many, through, load(direct, 1, seconds), load(gateway, 1, seconds), cost)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, metavar="N", help="rounds (5)")
    parser.add_argument("--seconds", type=float, default=3, help="how long each load lasts (3)")
    options = parser.parse_args()
    with blog() as app:
        app.prepare()
        host, _, port = app.up().removeprefix("http://").rpartition(":")
        gateway = Endpoint(host, int(port))
        rows = {row["workload"]: row for row in app.instances()}
        direct = Endpoint(*next(iter(rows["web"]["endpoints"].values())))
        for at in (direct, gateway):
            load(at, MANY, 1)
        rounds = []
        for number in range(options.n):
            say(f"round {number + 1} of {options.n}")
            rounds.append(_round(direct, gateway, rows[MESH]["pid"], options.seconds))
    return _report(rounds)


def _report(rounds: list[Round]) -> int:
    print(f"the gateway, GET {PATH}, medians of {len(rounds)}")
    for kind, many, one in (
        ("direct", [r.direct for r in rounds], [r.direct_one for r in rounds]),
        ("through", [r.through for r in rounds], [r.through_one for r in rounds]),
    ):
        print(
            f"  {kind}: {MANY} connections {median([x.rate for x in many]):.0f} requests/s,"
            f" p50 {median([x.p50 for x in many]):.2f} ms, p99 {median([x.p99 for x in many]):.2f} ms;"
            f" one connection p50 {median([x.p50 for x in one]):.2f} ms, p99 {median([x.p99 for x in one]):.2f} ms"
        )
    print(f"  Envoy: {median([r.cost for r in rounds]):.0f} µs of CPU a request")
    rate = median([r.through.rate / r.direct.rate for r in rounds])
    latency = median([r.through_one.p50 / r.direct_one.p50 for r in rounds])
    added = median([r.through_one.p50 - r.direct_one.p50 for r in rounds])
    return conclude(
        [
            Verdict(f"requests per second of {MANY} connections, gateway against direct", rate, RATE, least=True),
            Verdict("median latency of one connection, gateway against direct", latency, LATENCY),
            Verdict("the same, added by the gateway", added, ADDED, "ms"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

"""Edges and endpoints under load, on a real Envoy."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from threading import Event, Thread
from typing import Any

import msgspec
import pytest

from shoal.mesh import acceptance
from shoal.model.app import Port
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance
from shoal.model.policy import EdgePolicy, Pool
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Edge, Workload

EDGE = "posts->users"


def desired(policy: EdgePolicy = EdgePolicy(), protocol: Any = "http") -> Desired:
    users = Workload(name="users", kind="service", ports=(Port(protocol=protocol),))
    return Desired(app="blog", workloads=(users,), edges=(Edge("posts", "users", "http", protocol, policy),))


@pytest.fixture
def two(upstream: Any) -> Any:
    return upstream("a"), upstream("b")


def dead(name: str) -> Instance:
    """An instance that nothing listens for any more."""
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        where = Endpoint("127.0.0.1", gone.getsockname()[1])
    return Instance(name, "users", "service", "r", phase="ready", endpoints={"http": where})


def test_requests_of_one_connection_are_spread(envoy: Any, two: Any, on: Any) -> None:
    envoy.route(desired(), *(server.instance("users") for server in two))
    connection = envoy.connect(EDGE)
    came = Counter(on(connection, "/x").json["from"] for _ in range(100))
    connection.close()
    assert came == {"a": 50, "b": 50}


def test_the_caller_is_named_and_cannot_name_itself(envoy: Any, two: Any, get: Any) -> None:
    envoy.route(desired(), two[0].instance("users"))
    forged = {"x_shoal_caller": "web", "x_envoy_retry_on": "5xx", "x_envoy_upstream_rq_timeout_ms": "1"}
    headers = get("/a%2Fb", at=EDGE, x_request_id="mine", x_forwarded_for="9.9.9.9", **forged).json["headers"]
    assert headers["x-shoal-caller"] == "posts"
    assert headers["x-request-id"] == "mine"
    assert headers["x-forwarded-for"] == "9.9.9.9"
    assert not [name for name in headers if name.startswith("x-envoy")]


def test_reading_survives_a_dead_host(envoy: Any, two: Any, on: Any) -> None:
    envoy.route(desired(), two[0].instance("users"), dead("users/dead"))
    connection = envoy.connect(EDGE)
    came = Counter(on(connection, "/x").status for _ in range(300))
    connection.close()
    assert came == {200: 300}


def test_writing_survives_a_dead_host(envoy: Any, two: Any, on: Any) -> None:
    envoy.route(desired(), two[0].instance("users"), dead("users/dead"))
    connection = envoy.connect(EDGE)
    came = Counter(on(connection, "/x", "POST").status for _ in range(50))
    connection.close()
    assert came == {200: 50}
    assert len(two[0].seen) == 50


@pytest.mark.parametrize(("method", "path", "times"), [("POST", "/cut", 1), ("PUT", "/cut", 1), ("GET", "/cut", 2),
                                                       ("POST", "/busy", 1), ("GET", "/busy", 2)])  # fmt: skip
def test_only_reading_is_tried_again_once_seen(
    envoy: Any, two: Any, get: Any, method: str, path: str, times: int
) -> None:
    envoy.route(desired(), *(server.instance("users") for server in two))
    assert get(path, method, at=EDGE).status == 503
    assert [len(server.seen) for server in two] in ([[1, 1]] if times == 2 else [[1, 0], [0, 1]])


def test_without_retries_nothing_is_tried_again(envoy: Any, two: Any, get: Any) -> None:
    envoy.route(desired(EdgePolicy(retries=0)), *(server.instance("users") for server in two))
    assert get("/busy", at=EDGE).status == 503
    assert sum(len(server.seen) for server in two) == 1


def test_a_hung_callee_is_504_in_json(envoy: Any, two: Any, get: Any) -> None:
    envoy.route(desired(EdgePolicy(timeout=0.2)), two[0].instance("users"))
    answer = get("/slow", at=EDGE)
    assert (answer.status, answer.json) == (504, {"errors": {"mesh": ["upstream request timeout"]}})


class Load:
    """Requests one after the other on kept connections until told to stop."""

    def __init__(self, envoy: Any, on: Any) -> None:
        self.envoy, self.on = envoy, on
        self.stop = Event()
        self.came: Counter[object] = Counter()

    def one(self, method: str) -> None:
        connection = self.envoy.connect(EDGE)
        while not self.stop.is_set():
            try:
                self.came[self.on(connection, "/x", method).status] += 1
            except (OSError, HTTPException) as failure:
                self.came[repr(failure)] += 1
                connection.close()
        connection.close()


@contextmanager
def under_load(envoy: Any, on: Any) -> Iterator[Load]:
    load = Load(envoy, on)
    threads = [Thread(target=load.one, args=(method,)) for method in ("GET", "POST", "GET", "PUT")]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def test_endpoints_are_swapped_under_load_without_a_failure(
    envoy: Any, upstream: Any, on: Any, wait: Callable[..., None]
) -> None:
    old = upstream("0")
    envoy.route(desired(), old.instance("users"))
    with under_load(envoy, on) as load:
        for number in range(1, 11):
            new = upstream(str(number))
            before = sum(load.came.values())
            envoy.route(desired(), old.instance("users"), new.instance("users"))
            envoy.route(desired(), old.instance("users"), new.instance("users"),
                        draining=frozenset({old.instance("users").id}))  # fmt: skip
            wait(lambda before=before: sum(load.came.values()) > before + 50, "requests")
            old.close()
            old = new
    assert set(load.came) == {200}, load.came


def test_a_policy_is_changed_under_load_without_a_failure(
    envoy: Any, two: Any, on: Any, wait: Callable[..., None]
) -> None:
    """The listener and the cluster change each time."""
    hosts = [server.instance("users") for server in two]
    envoy.route(desired(), *hosts)
    with under_load(envoy, on) as load:
        for number in range(1, 6):
            before = sum(load.came.values())
            policy = EdgePolicy(timeout=10.0 + number, pool=Pool(connections=1000 + number))
            envoy.route(desired(policy), *hosts)
            wait(lambda before=before: sum(load.came.values()) > before + 50, "requests")
    assert set(load.came) == {200}, load.came


def test_draining_lets_a_request_in_flight_end(envoy: Any, two: Any, on: Any, get: Any) -> None:
    a, b = (server.instance("users") for server in two)
    envoy.route(desired(), a)
    slow: list[Any] = []
    connection = envoy.connect(EDGE)
    thread = Thread(target=lambda: slow.append(on(connection, "/slow", "POST")))
    thread.start()
    assert two[0].arrived.wait(5)
    envoy.route(desired(), a, b, draining=frozenset({a.id}))
    assert {get("/x", at=EDGE).json["from"] for _ in range(4)} == {"b"}
    assert not slow
    two[0].release.set()
    thread.join()
    connection.close()
    assert (slow[0].status, slow[0].json["from"]) == (200, "a")


def upgraded(envoy: Any) -> socket.socket:
    raw = socket.create_connection(envoy.addresses[EDGE], timeout=5)
    raw.sendall(b"GET /socket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += raw.recv(4096)
    assert head.startswith(b"HTTP/1.1 101")
    return raw


def echoed(raw: socket.socket, data: bytes) -> bool:
    raw.sendall(data)
    return raw.recv(len(data)) == data


def test_a_websocket_outlives_the_timeout_and_its_endpoint(envoy: Any, two: Any, get: Any) -> None:
    a, b = (server.instance("users") for server in two)
    policy = EdgePolicy(timeout=0.2)
    envoy.route(desired(policy), a)
    with upgraded(envoy) as raw:
        assert echoed(raw, b"one")
        envoy.route(desired(policy), a, b, draining=frozenset({a.id}))
        assert get("/slow", at=EDGE).status == 504
        assert echoed(raw, b"two")


def test_a_websocket_outlives_a_change_of_its_policy(envoy: Any, two: Any, get: Any) -> None:
    envoy.route(desired(), two[0].instance("users"))
    with upgraded(envoy) as raw:
        assert echoed(raw, b"one")
        envoy.route(desired(EdgePolicy(timeout=0.2, pool=Pool(connections=9))), two[0].instance("users"))
        assert get("/slow", at=EDGE).status == 504
        assert echoed(raw, b"two")


def test_events_outlive_the_timeout(envoy: Any, two: Any, get: Any) -> None:
    envoy.route(desired(EdgePolicy(timeout=0.2)), two[0].instance("users"))
    connection = envoy.connect(EDGE)
    connection.request("GET", "/events", headers={"accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.readline() == b"data: 1\n"
    assert get("/slow", at=EDGE).status == 504
    two[0].release.set()
    assert response.read() == b"\ndata: 2\n\n"
    connection.close()


def test_tcp_outlives_its_endpoint(envoy: Any, two: Any) -> None:
    a, b = (server.instance("users") for server in two)
    envoy.route(desired(protocol="tcp"), a)
    with upgraded(envoy) as raw:
        assert echoed(raw, b"one")
        envoy.route(desired(protocol="tcp"), a, b, draining=frozenset({a.id}))
        assert echoed(raw, b"two")
        with upgraded(envoy) as other:
            assert echoed(other, b"three")
    assert [len(server.seen) for server in two] == [1, 1]


@pytest.mark.parametrize("text", ['{"version_info": "bad", "resources": [{"@type": "none"}]}', "{", ""])
def test_a_refused_configuration_leaves_the_old_one(
    envoy: Any, two: Any, get: Any, wait: Callable[..., None], text: str
) -> None:
    envoy.route(desired(), two[0].instance("users"))
    before = envoy.stats()
    broken = Snapshot("bad", {"cds.json": text})
    envoy.write(broken)
    wait(lambda: acceptance.refusals(envoy.stats()) > acceptance.refusals(before), "a refusal")
    assert not acceptance.accepted(broken, envoy.stats())
    assert get("/x", at=EDGE).status == 200


def test_a_changed_policy_reaches_kept_connections(envoy: Any, two: Any, on: Any) -> None:
    """The listener changes; an old connection ends with its next answer, so the one after has the new policy."""
    envoy.route(desired(EdgePolicy(timeout=9)), two[0].instance("users"))
    connection = envoy.connect(EDGE)
    assert on(connection, "/x").status == 200
    envoy.route(desired(EdgePolicy(timeout=0.2)), two[0].instance("users"))
    assert on(connection, "/x").status == 200
    assert on(connection, "/slow").status == 504
    connection.close()


def test_numbers_are_kept_per_edge(envoy: Any, two: Any, get: Any) -> None:
    envoy.route(desired(), two[0].instance("users"))
    get("/x", at=EDGE)
    found = dict(line.split(": ", 1) for line in envoy.ask("/stats?filter=upstream_rq_200").splitlines())
    assert int(found[f"cluster.{EDGE}.upstream_rq_200"]) >= 1


def test_grpc_speaks_http2_to_its_callee(envoy: Any, two: Any, get: Any) -> None:
    """The callee is another edge's listener, which speaks HTTP/2 and tells what it got over HTTP/1."""
    envoy.route(desired(), two[0].instance("users"))
    second = Instance("g/0", "g", "service", "r", phase="ready", endpoints={"grpc": envoy.addresses[EDGE]})
    edge = Edge("web", "g", "grpc", "grpc")
    envoy.route(msgspec.structs.replace(desired(), edges=(*desired().edges, edge)), two[0].instance("users"), second)
    assert get("/x", at=edge.id).json["headers"]["x-shoal-caller"] == "posts"
    assert int(envoy.ask("/stats?filter=web->g_grpc.upstream_cx_http2_total").split(": ")[1] or 0) == 1

"""Undeclared calls, on a real Envoy."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from shoal.mesh.refusing import allowing, refused
from shoal.mesh.snapshot import snapshot
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Observed
from shoal.model.workload import Refusal

HTTP = Refusal("web", "", named=8080)
TCP = Refusal("web", "ledger", "raw", "tcp", named=9000)
JOB = Refusal("seed", "", named=8080, section="jobs")
PARTLY = Refusal("web", "users", "admin", named=9001, partly=True)


def listening(envoy: Any, *refusals: Refusal) -> dict[str, Endpoint]:
    """Where each of them listens."""
    names = {refusal.id: envoy.somewhere() for refusal in refusals}
    envoy.publish(snapshot(Desired("blog", refusals=refusals), Observed(), {}, names=names))
    return names


@pytest.fixture
def where(envoy: Any) -> dict[str, Endpoint]:
    return listening(envoy, HTTP, TCP, JOB, PARTLY)


def called(endpoint: Endpoint, on: Any, method: str = "GET", host: str = "users", **headers: str) -> Any:
    connection = HTTPConnection(*endpoint, timeout=5)
    try:
        return on(connection, "/some/where?x=1", method, host=host, **headers)
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("host", ["users", "users:8080"])
def test_the_answer_is_403_with_the_line_that_would_allow_it(where: Any, on: Any, method: str, host: str) -> None:
    answer = called(where[HTTP.id], on, method, host)
    line = "services: {web: {needs: [users]}}"
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json == {"errors": {"mesh": [f"web doesn't need users: to allow it, write {line}"]}}
    assert allowing("web", "users") == line


def test_a_job_stands_elsewhere_in_the_file(where: Any, on: Any) -> None:
    (text,) = called(where[JOB.id], on).json["errors"]["mesh"]
    assert text == "seed doesn't need users: to allow it, write jobs: {seed: {needs: [users]}}"


def test_another_port_of_what_it_needs_is_named_with_the_port(where: Any, on: Any) -> None:
    (text,) = called(where[PARTLY.id], on, host="users:9001").json["errors"]["mesh"]
    line = "services: {web: {needs: [{users: {port: admin}}]}}"
    assert text == f"web doesn't need users:admin: to allow it, write {line}"


def test_grpc_is_told_in_its_own_way(where: Any, on: Any) -> None:
    answer = called(where[HTTP.id], on, "POST", content_type="application/grpc")
    assert (answer.status, answer.headers["grpc-status"]) == (200, "7")
    assert "web doesn't need users" in answer.headers["grpc-message"].replace("%27", "'")


def test_tcp_is_closed(where: Any) -> None:
    with socket.create_connection(where[TCP.id], timeout=5) as raw:
        assert raw.recv(1) == b""


def test_calls_are_counted_by_caller_and_callee(envoy: Any, on: Any, wait: Callable[..., None]) -> None:
    http, tcp = Refusal("shop", "", named=8080), Refusal("shop", "ledger", "raw", "tcp", named=9000)
    names = listening(envoy, http, tcp, HTTP)

    def found(caller: str) -> Counter[str]:
        return refused(Path(envoy.folder, "log").read_text().splitlines(), caller)

    for host in ("users", "posts:8080", "users"):
        called(names[http.id], on, host=host)
    called(names[HTTP.id], on, host="only-here")
    socket.create_connection(names[tcp.id], timeout=5).close()
    wait(lambda: found("shop").total() == 4 and found("web")["only-here"] == 1, "the lines")
    assert found("shop") == {"users": 2, "posts": 1, "ledger:raw": 1}


def test_lines_of_others_are_none() -> None:
    assert refused(["refused web users", "refused web", "[warning] refused web users", "refused web a b"], "web") == {
        "users": 1
    }

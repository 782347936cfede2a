"""What the gateway does at its door, on a real Envoy: whom it believes, how much it takes, where it sends people."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from typing import Any

import msgspec
import pytest

from shoal.model.app import Cors, Gateway, Hsts, Maintenance, Port, Redirect, Respond, Route, Tls
from shoal.model.desired import Desired
from shoal.model.policy import EdgePolicy, Fault
from shoal.model.workload import Workload

PROXY = "127.0.0.2"
FORGED = {
    "x_forwarded_for": "203.0.113.9",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "shop.example",
    "x_real_ip": "203.0.113.9",
    "forwarded": "for=203.0.113.9",
    "x_envoy_max_retries": "9",
}


def desired(gateway: Gateway) -> Desired:
    names = sorted({route.to for route in gateway.routes if route.to})
    return Desired("blog", workloads=tuple(Workload(n, "service", ports=(Port(),)) for n in names), gateway=gateway)


@pytest.fixture
def serve(envoy: Any, upstream: Any) -> Any:
    """A gateway whose every route to `web` leads to a server that tells what it was asked."""
    web = upstream("web")

    def publish(gateway: Gateway, **more: Any) -> Any:
        envoy.route(desired(gateway), web.instance("web"), **more)
        return web

    return publish


def asked_from(envoy: Any, source: str, on: Any, path: str = "/", **headers: str) -> dict[str, str]:
    """The headers that the server saw of a request from that address."""
    host, port = envoy.addresses["gateway"]
    connection = HTTPConnection(host, port, timeout=10, source_address=(source, 0))
    try:
        found: dict[str, str] = on(connection, path, **headers).json["headers"]
        return found
    finally:
        connection.close()


TRUSTING = Gateway(routes=(Route(to="web"),), trusted_proxies=(f"{PROXY}/32", "fd00::/8"))


def test_what_a_stranger_says_of_himself_is_replaced(envoy: Any, serve: Any, on: Any) -> None:
    serve(TRUSTING)
    seen = asked_from(envoy, "127.0.0.1", on, Host="blog.example", **FORGED)
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert seen["x-forwarded-host"] == "blog.example"
    assert not {"x-real-ip", "forwarded", "x-envoy-max-retries"} & set(seen)


def test_without_trusted_proxies_everybody_is_a_stranger(envoy: Any, serve: Any, on: Any) -> None:
    serve(Gateway(routes=(Route(to="web"),)))
    seen = asked_from(envoy, PROXY, on, Host="blog.example", **FORGED)
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == (PROXY, "http")
    assert seen["x-forwarded-host"] == "blog.example"


def test_what_a_trusted_proxy_says_is_believed(envoy: Any, serve: Any, on: Any) -> None:
    serve(TRUSTING)
    seen = asked_from(envoy, PROXY, on, Host="inner", **FORGED)
    assert [one.strip() for one in seen["x-forwarded-for"].split(",")] == ["203.0.113.9", PROXY]
    assert (seen["x-forwarded-proto"], seen["x-forwarded-host"]) == ("https", "shop.example")
    assert seen["forwarded"] == "for=203.0.113.9"
    assert (seen["x-shoal-caller"], "x-envoy-max-retries" in seen) == ("gateway", False)


def test_a_trusted_proxy_that_says_nothing_is_the_client(envoy: Any, serve: Any, on: Any) -> None:
    serve(TRUSTING)
    seen = asked_from(envoy, PROXY, on, Host="inner")
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == (PROXY, "http")
    assert seen["x-forwarded-host"] == "inner"


# How much it takes


def post(envoy: Any, path: str, body: bytes, chunked: bool = False) -> tuple[int, str]:
    connection = envoy.connect()
    try:
        connection.request("POST", path, iter([body[:3], body[3:]]) if chunked else body, encode_chunked=chunked,
                           headers={"transfer-encoding": "chunked"} if chunked else {})  # fmt: skip
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


LIMITED = Gateway(
    routes=(Route(to="web"), Route(("/upload",), to="web", body_limit=100), Route(("/any",), to="web", body_limit=0)),
    body_limit=10,
    cors=Cors(),
)


def test_a_longer_body_is_413_in_json_and_reaches_nobody(envoy: Any, serve: Any) -> None:
    web = serve(LIMITED)
    status, body = post(envoy, "/x", b"x" * 11)
    assert (status, list(msgspec.json.decode(body)["errors"])) == (413, ["gateway"])
    assert web.seen == []


@pytest.mark.parametrize(("path", "length", "status"), [
    ("/x", 10, 200), ("/upload", 11, 200), ("/upload", 100, 200), ("/upload", 101, 413), ("/any", 100_000, 200),
])  # fmt: skip
def test_a_route_may_have_its_own_limit(envoy: Any, serve: Any, path: str, length: int, status: int) -> None:
    serve(LIMITED)
    assert post(envoy, path, b"x" * length)[0] == status


def test_a_limit_and_a_fault_of_one_route_hold_both(envoy: Any, serve: Any) -> None:
    fault = Fault(abort=418, percent=100)
    route = Route(to="web", policy=EdgePolicy(fault=fault), body_limit=10)
    serve(Gateway(routes=(route,)))
    assert [post(envoy, "/", b"x" * length)[0] for length in (5, 11)] == [418, 413]


# Where it sends people


REDIRECTS = Gateway(
    routes=(
        Route(("/old",), redirect=Redirect(path="/new")),
        Route(("/docs",), redirect=Redirect(301, "https", "docs.example", path="/")),
        Route(("/api",), redirect=Redirect(308, "https", "api.example", 8443)),
        Route(hosts=("www.example",), redirect=Redirect(307, "http", "example")),
        Route(("/",), respond=Respond(200)),
    )
)


@pytest.mark.parametrize(("host", "path", "status", "location"), [
    ("a.example", "/old", 302, "http://a.example/new"),
    ("a.example", "/old/x/y?q=/old", 302, "http://a.example/new/x/y?q=/old"),
    ("a.example", "/docs", 301, "https://docs.example/"),
    ("a.example", "/docs/a?b", 301, "https://docs.example/a?b"),
    ("a.example:7000", "/api/a?b", 308, "https://api.example:8443/api/a?b"),
    ("www.example", "/a?b", 307, "http://example/a?b"),
])  # fmt: skip
def test_a_redirect_keeps_the_rest(serve: Any, get: Any, host: str, path: str, status: int, location: str) -> None:
    serve(REDIRECTS)
    answer = get(path, Host=host)
    assert (answer.status, answer.headers["location"]) == (status, location)


def test_a_longer_word_is_not_sent_elsewhere(serve: Any, get: Any) -> None:
    serve(REDIRECTS)
    assert get("/older").status == 200


# When nobody is served


def test_maintenance_is_503_in_json_but_for_some_paths(serve: Any, get: Any) -> None:
    closed = Gateway(
        routes=(Route(to="web"), Route(("/health",), to="web", always=True)),
        maintenance=Maintenance('back at "6"', retry_after=120), closed=True, cors=Cors(),
    )  # fmt: skip
    web = serve(closed)
    answer = get("/x", "POST")
    assert (answer.status, answer.json) == (503, {"errors": {"gateway": ['back at "6"']}})
    assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("120", "no-store")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (get("/health/live").status, web.seen) == (200, ["GET /health/live"])


def test_a_page_of_ones_own_may_be_long(serve: Any, get: Any) -> None:
    page = "<html>" + "x" * 200_000
    serve(Gateway(maintenance=Maintenance(body=page, content_type="text/html; charset=utf-8"), closed=True))
    answer = get("/")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (503, page, "text/html; charset=utf-8")


def test_maintenance_comes_and_goes_on_open_connections(envoy: Any, serve: Any, on: Any) -> None:
    open_ = Gateway(routes=(Route(to="web"),))
    serve(open_)
    connection = envoy.connect()
    assert on(connection, "/").status == 200
    mine = connection.sock
    serve(msgspec.structs.replace(open_, closed=True))
    assert on(connection, "/").status == 503
    serve(open_)
    assert (on(connection, "/").status, connection.sock) == (200, mine)
    connection.close()


# The plain port beside TLS


SECURE = Gateway(routes=(Route(to="web"),), tls=Tls(hsts=Hsts(60)), redirect=0)


def test_the_plain_port_sends_everybody_to_tls(envoy: Any, serve: Any, get: Any) -> None:
    serve(SECURE)
    port = envoy.addresses["gateway"].port
    answer = get("/a/b?c=d", "POST", at="gateway:plain", Host="blog.example:8080")
    assert (answer.status, answer.headers["location"]) == (308, f"https://blog.example:{port}/a/b?c=d")


def test_the_plain_port_answers_what_an_authority_asks(serve: Any, get: Any) -> None:
    serve(SECURE, proofs={"tok-en_1": "tok-en_1.thumb"})
    answer = get("/.well-known/acme-challenge/tok-en_1", at="gateway:plain")
    assert (answer.status, answer.body) == (200, "tok-en_1.thumb")
    assert get("/.well-known/acme-challenge/other", at="gateway:plain").status == 308


def test_without_its_certificate_the_gateway_does_not_listen(envoy: Any, serve: Any) -> None:
    serve(SECURE)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(envoy.addresses["gateway"], 5):
        pass

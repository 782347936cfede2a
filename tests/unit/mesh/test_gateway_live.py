"""The gateway as a client meets it, on a real Envoy."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.model.app import Cors, Gateway, Port, Respond, Route
from shoal.model.desired import Desired
from shoal.model.policy import EdgePolicy
from shoal.model.workload import Workload


def desired(*routes: Route, cors: Cors | None = None) -> Desired:
    names = sorted({route.to for route in routes if route.to})
    workloads = tuple(Workload(name=name, kind="service", ports=(Port(),)) for name in names)
    return Desired(app="blog", workloads=workloads, gateway=Gateway(routes=routes, cors=cors))


@pytest.fixture
def two(envoy: Any, upstream: Any) -> Any:
    """users and web behind the gateway."""
    users, web = upstream("users"), upstream("web")
    routes = (
        Route(paths=("/",), to="web"),
        Route(paths=("/api/user",), to="users"),
        Route(paths=("/shop",), to="users", strip=True),
        Route(paths=("/api",), respond=Respond(404, '{"errors":{"path":["not found"]}}')),
        Route(paths=("/robots.txt",), respond=Respond(200, "Disallow: /", "text/plain")),
        Route(paths=("/private",), hosts=("admin.example",), to="users"),
    )
    envoy.route(desired(*routes, cors=Cors(paths=("/api",))), users.instance("users"), web.instance("web"))
    return users, web


@pytest.mark.parametrize("path", ["/api/user", "/api/user/", "/api/user/x", "/api/user?x=/y", "/shop/a?b"])
def test_a_path_is_matched_by_whole_segments(two: Any, get: Any, path: str) -> None:
    assert get(path).json["from"] == "users"


@pytest.mark.parametrize("path", ["/api/users", "/api/username", "/api/user%2Fx", "/api", "/api?x"])
def test_a_longer_word_is_another_segment(two: Any, get: Any, path: str) -> None:
    answer = get(path)
    assert (answer.status, answer.json) == (404, {"errors": {"path": ["not found"]}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


STRIPPED = {"/shop/x": "/x", "/shop": "/", "/shop/": "/", "/shop//x": "//x", "/shop?q=/shop/": "/?q=/shop/",
            "/shop/%2F/shop/": "/%2F/shop/"}  # fmt: skip


@pytest.mark.parametrize(("asked", "got"), STRIPPED.items())
def test_strip_takes_the_prefix_off(two: Any, get: Any, asked: str, got: str) -> None:
    assert get(asked).json["path"] == got


@pytest.mark.parametrize("path", ["/a//b", "/a/%2e%2E/b", "/a/../b", "/%2F%25;x=1", "/caf%C3%A9", "/a/./b", "/%5C"])
def test_paths_pass_unchanged(two: Any, get: Any, path: str) -> None:
    assert get(path).json["path"] == path


def test_respond_keeps_its_body_and_content_type(two: Any, get: Any) -> None:
    answer = get("/robots.txt")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, "Disallow: /", "text/plain")


def test_a_host_is_looked_at_before_the_path(two: Any, get: Any) -> None:
    assert get("/private", Host="Admin.example:8080").json["from"] == "users"
    assert get("/other", Host="admin.example").json["from"] == "web"
    assert get("/private").json["from"] == "web"


def test_identity_headers_cannot_be_forged(two: Any, get: Any) -> None:
    forged = {"x_shoal_caller": "users", "x_envoy_max_retries": "9", "x_forwarded_proto": "https",
              "x_envoy_upstream_rq_timeout_ms": "1", "x_forwarded_host": "evil"}  # fmt: skip
    headers = get("/", Host="shop.example", **forged).json["headers"]
    assert headers["host"] == headers["x-forwarded-host"] == "shop.example"
    assert headers["x-shoal-caller"] == "gateway"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-request-id"]
    assert not [name for name in headers if name.startswith("x-envoy")]


def test_the_upstreams_server_header_stays(two: Any, get: Any) -> None:
    assert get("/").headers["server"].startswith("echo/1")
    assert not [name for name in get("/").headers if name.startswith("x-envoy")]


ORIGIN = {"Origin": "https://a.example"}


@pytest.mark.parametrize("path", ["/api", "/api/user", "/api/none?x"])
@pytest.mark.parametrize("headers", [{}, ORIGIN, {**ORIGIN, "Access_Control_Request_Method": "PUT"}])
def test_options_is_answered_by_the_gateway(two: Any, get: Any, path: str, headers: dict[str, str]) -> None:
    answer = get(path, "OPTIONS", **headers)
    assert (answer.status, answer.body) == (204, "")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE"
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    assert answer.headers["access-control-max-age"] == "86400"
    assert not two[0].seen


def test_every_answer_under_cors_paths_is_marked(two: Any, get: Any) -> None:
    assert get("/api/user").headers["access-control-allow-origin"] == "*"
    assert get("/api/zzz").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in get("/apix").headers
    assert get("/page", "OPTIONS").json["from"] == "web"


def test_cors_covers_a_path_that_a_shorter_route_serves(envoy: Any, upstream: Any, get: Any) -> None:
    web = upstream("web")
    cors = Cors(paths=("/api",), origins=("https://a.example", "https://b.example"))
    envoy.route(desired(Route(to="web"), cors=cors), web.instance("web"))
    allowed = get("/api/x", Origin="https://b.example").headers
    assert (allowed["access-control-allow-origin"], allowed["vary"]) == ("https://b.example", "Origin")
    refused = get("/api/x", Origin="https://axexample").headers
    assert ("access-control-allow-origin" in refused, refused["vary"]) == (False, "Origin")
    assert get("/api/x", "OPTIONS", Origin="https://a.example").headers["access-control-allow-origin"]
    assert "vary" not in get("/x", Origin="https://a.example").headers


def test_no_instance_is_503_in_json_with_cors(envoy: Any, get: Any) -> None:
    envoy.route(desired(Route(paths=("/api",), to="users"), cors=Cors(paths=("/api",))))
    answer = get("/api/x")
    assert (answer.status, answer.json) == (503, {"errors": {"gateway": ["no healthy upstream"]}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_too_late_is_504_in_json(envoy: Any, upstream: Any, get: Any) -> None:
    users = upstream("users")
    route = Route(paths=("/api",), to="users", policy=EdgePolicy(timeout=0.2))
    envoy.route(desired(route, cors=Cors(paths=("/api",))), users.instance("users"))
    answer = get("/api/slow")
    assert (answer.status, answer.json) == (504, {"errors": {"gateway": ["upstream request timeout"]}})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_headers_too_large_are_refused_in_json(two: Any, get: Any) -> None:
    answer = get("/api/user", x_big="x" * 70_000)
    assert answer.status == 431
    assert answer.json["errors"]["gateway"]


def test_what_no_route_has_is_404_in_json(envoy: Any, get: Any) -> None:
    envoy.route(desired())
    assert (get("/x").status, get("/x").json) == (404, {"errors": {"path": ["not found"]}})

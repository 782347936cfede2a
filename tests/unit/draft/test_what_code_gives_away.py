"""Clues are taken where they are evident, and left where a guess could be wrong."""

from __future__ import annotations

import pytest

from shoal.draft import clues


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('@app.get("/health")', {"ready": "/health"}),
        ("app.get('/health/ready', f); app.get('/health/live', f)", {"ready": "/health/ready", "live": "/health/live"}),
        ("fastify.get(`/healthz`)", {"ready": "/healthz"}),
        ('http.HandleFunc("/readyz", f)', {"ready": "/readyz"}),
        ('@app.route("/ping")', {"ready": "/ping"}),
        ('@blueprint.get("/ready")', {}),  # below a prefix that stands elsewhere
        ('Blueprint("health", __name__, url_prefix="/health")', {}),
        ("fetch('/health')", {}),
        ('@app.get("/healthy-food")', {}),
    ],
)
def test_health_is_a_route_of_the_application_itself(text: str, found: dict[str, str]) -> None:
    assert clues.health([text]) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('@PostMapping("/api/users/login")', ("/api/users",)),
        ('@RequestMapping(value = "/api/orders")', ("/api/orders",)),
        ('url_prefix="/api/articles/<slug>/comments"', ("/api/articles",)),
        ("router.get('/api/tags', f); router.post('/api/tags', f)", ("/api/tags",)),
        ("fetch('/api/tags')", ()),
        ('app.get("/api/")', ()),
    ],
)
def test_routes_are_what_is_served_and_not_what_is_asked(text: str, found: tuple[str, ...]) -> None:
    assert clues.routes([text]) == found


def test_a_service_whose_address_is_read_is_asked() -> None:
    names = {"users": "USERS", "users-db": "USERS_DB", "web": "WEB"}
    assert clues.asks_for(["env.get('USERS_URL')", "MY_WEB_URL", "process.env.USERS_DB_HOST"], names) == {
        "users": "USERS_URL",
        "users-db": "USERS_DB_HOST",
    }

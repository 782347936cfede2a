"""The database goes and comes back."""

import pytest

from tests.support.api import Api, refusal
from tests.support.postgres import Postgres


def test_requests_survive_a_restart_of_the_database(
    anna: Api, nobody: Api, own_postgres: Postgres | None
) -> None:
    if own_postgres is None:
        pytest.skip("needs a PostgreSQL that it may stop")
    article = anna.publish()
    own_postgres.stop()
    try:
        for answer in (nobody.get("/articles"), anna.post("/articles/x/favorite"), nobody.get("/tags")):
            assert refusal(answer) == (503, {"database": ["is unavailable"]})
            assert answer.headers["Retry-After"] == "1"
        assert nobody.app.test_client().get("/health/ready").status_code == 503
        assert nobody.app.test_client().get("/health/live").status_code == 200
    finally:
        own_postgres.start()
    assert nobody.article(article["slug"]) == article
    assert nobody.app.test_client().get("/health/ready").status_code == 200

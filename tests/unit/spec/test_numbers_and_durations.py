from __future__ import annotations

import pytest

from shoal.errors import WrongType
from shoal.spec.scalars import duration, number, size, truth, whole
from tests.unit.spec.conftest import Load


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("2s", 2), ("1m30s", 90), ("1h", 3600), ("1d", 86400), ("1.5s", 1.5), ("3", 3), ("0.25", 0.25)],
)
def test_a_duration_is_seconds(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1s", "1 s", "1x", "1s2", "inf", "nan", "1m30", "9" * 400, "1e400s", "-1"])
def test_anything_else_is_no_duration(text: str) -> None:
    assert duration(text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("512Mi", 512 * 2**20), ("1G", 10**9), ("10", 10), ("2KiB", 2048), ("1K", 1000), ("1TB", 10**12)],
)
def test_a_size_is_bytes(text: str, count: int) -> None:
    assert size(text) == count


@pytest.mark.parametrize("text", ["", "Mi", "1m", "1g", "-1G", "1.5G", "1 G"])
def test_anything_else_is_no_size(text: str) -> None:
    assert size(text) is None


def test_numbers_are_decimal_and_truth_has_eighteen_words() -> None:
    assert [whole(text) for text in ("0", "-3", "+4", "010", "0x1", "1_0", "1.0", "9" * 30)] == [0, -3, 4] + [None] * 5
    assert [number(text) for text in ("1.5", "1e3", ".5", "inf")] == [1.5, 1000.0, None, None]
    assert [truth(text) for text in ("yes", "On", "FALSE", "n", "maybe")] == [True, True, False, None, None]


def test_a_variable_becomes_what_the_key_asks_for(loaded: Load) -> None:
    app = loaded(
        "services: {users: {path: users, replicas: '${N:-2}', stop: {grace: '${GRACE}'}}}\n"
        "gateway: {cors: '${CORS:-yes}', port: $PORT_NUMBER}\n",
        GRACE="3s",
        PORT_NUMBER="8080",
    )
    assert (app.services[0].replicas, app.services[0].stop.grace) == (2, 3)
    assert app.gateway and app.gateway.cors and app.gateway.port == 8080


def test_a_variable_that_doesnt_fit_is_an_error(loaded: Load) -> None:
    with pytest.raises(WrongType, match='expected a whole number, got "many"'):
        loaded("services: {users: {path: users, replicas: $N}}", N="many")
    with pytest.raises(WrongType, match='expected a whole number, got ""'):
        loaded("services: {users: {path: users, replicas: '${N:-}'}}")

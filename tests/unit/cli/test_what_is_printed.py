"""What verbs print."""

from __future__ import annotations

import io
import time

import pytest

from shoal.cli.output import age, clock, coloured, event, table
from shoal.cli.times import since
from shoal.errors import UsageError


def test_a_tables_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    table(("NAME", "STATE"), [("api-0-abcd", "ready"), ("db", "")])
    assert capsys.readouterr().out == "NAME        STATE\napi-0-abcd  ready\ndb\n"


def test_an_empty_table_is_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    table(("A", "B"), [])
    assert capsys.readouterr().out == "A  B\n"


def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("A", "B"), [("1", "2", "3")])


@pytest.mark.parametrize(("item", "line"), [
    ({"kind": "ready", "subject": "api", "instance": "api-0-abcd", "text": "after 0.3 s"},
     "api-0-abcd               ready     after 0.3 s"),
    ({"kind": "built", "subject": "api", "instance": "", "text": ""}, "api                      built"),
    ({"kind": "refused", "subject": "api", "text": "no\ndo this\nor that"},
     "api                      refused   no\n    do this\n    or that"),
])  # fmt: skip
def test_an_event_is_a_line(item: dict[str, str], line: str) -> None:
    assert event(item) == line


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0s"), (119, "119s"), (120, "2m"), (7199, "120m"), (7200, "2h"), (172799, "48h"), (172800, "2d"),
])  # fmt: skip
def test_an_age_is_short(seconds: float, text: str) -> None:
    assert age(seconds) == text


def test_a_clock_shows_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert clock(3661.25) == "01:01:01.250"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert coloured("x", 3, Terminal()).startswith("\033[")
    assert coloured("x", 3, io.StringIO()) == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert coloured("x", 3, Terminal()) == "x"


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "ago"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400), ("1.5m", 90), ("0s", 0)]
    )
    def test_ago(self, text: str, ago: float) -> None:
        assert since(text) == pytest.approx(time.time() - ago, abs=1)

    def test_of_a_zone(self) -> None:
        assert since("2026-01-31T10:00:00+00:00") == 1769853600.0
        assert since("2026-01-31T11:00:00+01:00") == since("2026-01-31T10:00:00Z")

    def test_local_unless_it_says_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
        assert since("2026-01-31") == since("2026-01-31T00:00:00Z")

    def test_nothing_is_the_beginning(self) -> None:
        assert since("") == 0.0

    @pytest.mark.parametrize(
        "text", ["10", "m", "10 m", "-5m", "10min", "yesterday", "2026-13-01", "25:00", "0001-01-01", "٣"]
    )
    def test_what_is_no_time_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match="not a time"):
            since(text)

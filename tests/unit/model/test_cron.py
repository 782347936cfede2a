"""Schedules: when something is due next, whatever the calendar and the clocks do."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.model.cron import Cron, next_run, parse

NEW_YORK = "America/New_York"  # 2026: forward on 8 March at 2:00, back on 1 November at 2:00
ZONES = ("UTC", NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo")


def at(text: str, zone: str = NEW_YORK) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def runs(schedule: str, after: str, count: int, zone: str = NEW_YORK) -> list[str]:
    found, time = [], at(after, zone)
    for _ in range(count):
        time = next_run(schedule, time, zone=zone)
        found.append(datetime.fromtimestamp(time, ZoneInfo(zone)).strftime("%m-%d %H:%M %z"))
    return found


@pytest.mark.parametrize(("schedule", "after", "expected"), [
    ("30 2 * * *", "2026-01-01T02:30", ["01-02 02:30 -0500", "01-03 02:30 -0500"]),
    ("*/20 * * * *", "2026-01-01T00:05", ["01-01 00:20 -0500", "01-01 00:40 -0500", "01-01 01:00 -0500"]),
    ("5/20 1 * * *", "2026-01-01T00:00", ["01-01 01:05 -0500", "01-01 01:25 -0500", "01-01 01:45 -0500"]),
    ("0 9-10 * * mon-fri", "2026-01-02T09:30", ["01-02 10:00 -0500", "01-05 09:00 -0500"]),
    ("0 0 * * 7", "2026-01-01T00:00", ["01-04 00:00 -0500"]),
    ("0 12 1 * mon", "2026-01-29T00:00", ["02-01 12:00 -0500", "02-02 12:00 -0500", "02-09 12:00 -0500"]),
    ("0 12 13 * *", "2026-01-29T00:00", ["02-13 12:00 -0500", "03-13 12:00 -0400"]),
    ("0 0 29 Feb *", "2026-01-01T00:00", ["02-29 00:00 -0500"]),
    ("@MONTHLY", "2026-01-01T00:00", ["02-01 00:00 -0500"]),
    ("1,3,5-6 0 31 dec *", "2026-12-31T00:02", ["12-31 00:03 -0500", "12-31 00:05 -0500", "12-31 00:06 -0500"]),
])  # fmt: skip
def test_the_fields_mean_what_they_do_in_cron(schedule: str, after: str, expected: list[str]) -> None:
    assert runs(schedule, after, len(expected)) == expected


@pytest.mark.parametrize(("schedule", "after", "expected"), [
    ("30 2 * * *", "2026-03-07T12:00", ["03-08 03:30 -0400", "03-09 02:30 -0400"]),
    ("30 * * * *", "2026-03-08T01:00", ["03-08 01:30 -0500", "03-08 03:30 -0400"]),
    ("30 2,3 * * *", "2026-03-07T12:00", ["03-08 03:30 -0400", "03-09 02:30 -0400"]),
    ("15,45 2-3 * * *", "2026-03-07T12:00", ["03-08 03:15 -0400", "03-08 03:45 -0400", "03-09 02:15 -0400"]),
    ("30 1 * * *", "2026-10-31T12:00", ["11-01 01:30 -0400", "11-02 01:30 -0500"]),
    ("30 * * * *", "2026-11-01T01:00", ["11-01 01:30 -0400", "11-01 01:30 -0500", "11-01 02:30 -0500"]),
])  # fmt: skip
def test_a_change_of_clocks_loses_and_doubles_nothing(schedule: str, after: str, expected: list[str]) -> None:
    assert runs(schedule, after, len(expected)) == expected


def test_an_interval_counts_from_when_it_came_to_be_wanted() -> None:
    assert next_run("every 5m", 1000.0, since=1000.0) == 1300.0
    assert next_run("every 5m", 1299.0, since=1000.0) == 1300.0
    assert next_run("every 5m", 1300.0, since=1000.0) == 1600.0
    assert next_run("every 1h30m", 99_999.0, since=1000.0) == 1000.0 + 19 * 5400
    assert next_run("every 5m", 10.0, since=1000.0) == 1300.0  # a clock that was put back


@pytest.mark.parametrize(("text", "what"), [
    ("* * *", "expected five fields (minute, hour, day, month, day of the week), got 3"),
    ("60 * * * *", "60 is no minute (0 to 59)"),
    ("* * 0 * *", "0 is no day of the month (1 to 31)"),
    ("* * * foo *", "foo is no month (1 to 12)"),
    ("* * * * 8", "8 is no day of the week (0 to 7)"),
    ("1, * * * *", "nothing is no minute"),
    ("*-3 * * * *", "*-3 is no minute"),
    ("5-1 * * * *", "5-1 is no range of a minute"),
    ("*/0 * * * *", "*/0 is no range of a minute"),
    ("0 0 30 2 *", "that never comes"),
    ("@reboot", "there is no @reboot; there are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly"),
    ("every", "expected `every` and a duration such as 5m or 1h30m, of a second at least"),
    ("every 0s", "expected `every` and a duration such as 5m or 1h30m, of a second at least"),
    ("", "expected five fields (minute, hour, day, month, day of the week), got 0"),
])  # fmt: skip
def test_what_is_no_schedule_is_said(text: str, what: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value) == what


numbers = st.integers(0, 59)
schedules = st.builds(
    "{} {} {} {} {}".format,
    st.sampled_from(["*", "*/7", "0", "30", "10-20/5", "59"]) | numbers.map(str),
    st.sampled_from(["*", "*/5", "2", "1-3", "0,23"]),
    st.sampled_from(["*", "1", "31", "*/10", "8-14"]),
    st.sampled_from(["*", "mar", "1-6", "10,11"]),
    st.sampled_from(["*", "sun", "1-5"]),
)
times = st.integers(int(at("2025-01-01T00:00")), int(at("2028-01-01T00:00")))


@settings(deadline=None)
@given(schedules, times, st.sampled_from(ZONES))
def test_the_next_run_is_later_and_none_lies_between(schedule: str, after: int, zone: str) -> None:
    found = next_run(schedule, float(after), zone=zone)
    assert found > after
    between = (after + found) / 2
    assert next_run(schedule, between, zone=zone) == found


@given(schedules, times, st.sampled_from(ZONES))
def test_it_is_a_time_that_the_fields_name_or_was_left_out_by_the_clocks(schedule: str, after: int, zone: str) -> None:
    cron = parse(schedule)
    assert isinstance(cron, Cron)
    shown = datetime.fromtimestamp(next_run(schedule, float(after), zone=zone), ZoneInfo(zone))
    named = shown.minute in cron.minutes and shown.hour in cron.hours and cron.on(shown.replace(tzinfo=None))
    before = shown - timedelta(hours=2)
    assert named or before.utcoffset() != shown.utcoffset()

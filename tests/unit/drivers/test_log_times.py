from __future__ import annotations

from pathlib import Path

import pytest

from shoal.drivers.process.logs import times
from shoal.drivers.process.logs.times import (
    Entry,
    Recorder,
    Stamp,
    Times,
    begun,
    format_entry,
    index_of,
    parse,
    thinned,
)


def grow(log: Path, size: int) -> None:
    with log.open("ab") as file:
        file.write(b"x" * size)


def test_a_line_seen_at_once_has_its_time(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.touch()
    recorder = Recorder(log)
    recorder.begin(100.0)
    for second in range(101, 200):
        assert not recorder.look(float(second))
    grow(log, 10)
    assert recorder.look(200.0)
    assert Times.of(log).at(0) == Stamp(200.0, 199.0)
    assert not Times.of(log).at(0).rough


def test_a_line_written_while_nobody_looked_has_bounds(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.touch()
    recorder = Recorder(log)
    recorder.begin(100.0)
    grow(log, 10)
    recorder.look(101.5)
    grow(log, 10)
    Recorder(log).look(500.0)
    times = Times.of(log)
    assert times.at(3) == Stamp(101.5, 100.0)
    assert times.at(10) == Stamp(500.0, 101.5)
    assert times.at(19).rough


def test_entries_are_thin(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.touch()
    recorder = Recorder(log)
    recorder.begin(100.0)
    for tenth in range(1, 51):
        grow(log, 1)
        recorder.look(100.0 + tenth / 10)
    assert len(parse(index_of(log).read_text())) <= 7
    assert abs(Times.of(log).at(24).time - 102.5) <= 1.1


def test_what_no_entry_covers_yet_lies_before_the_logs_last_change() -> None:
    times = Times([Entry(0, 100.0, 100.0), Entry(50, 100.0, 101.0)], now=180.0)
    assert times.at(50) == Stamp(180.0, 101.0)
    assert Times([], now=180.0).at(0) == Stamp(180.0, 180.0)


def test_half_written_entries_are_left_out() -> None:
    assert parse("0 1.00 1.00\nnonsense\n50 1.00 2.00\n60 2.") == [Entry(0, 1.0, 1.0), Entry(50, 1.0, 2.0)]


def test_a_log_that_is_gone_has_not_grown(tmp_path: Path) -> None:
    assert not Recorder(tmp_path / "gone.log").look(1.0)


def test_thinned_entries_still_bound_every_line() -> None:
    entries = [Entry(0, 0.0, 0.0), *(Entry(10 * n, n - 1.0, float(n)) for n in range(1, 101))]
    fewer = thinned(entries, head=0)
    assert len(fewer) == 76
    assert fewer[-50:] == entries[-50:]
    before, after = Times(entries, 100.0), Times(fewer, 100.0)
    for offset in range(1000):
        true, known = before.at(offset), after.at(offset)
        assert known.since <= true.since <= true.time <= known.time
        assert known.time - known.since <= 2


def test_entries_of_a_given_up_head_go_but_the_beginning_stays() -> None:
    entries = [Entry(0, 5.0, 5.0), *(Entry(10 * n, n - 1.0, float(n)) for n in range(6, 20))]
    assert thinned(entries, head=170) == [Entry(0, 5.0, 5.0), *entries[-2:]]


def test_an_index_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "MOST", 50)
    log = tmp_path / "a.log"
    log.touch()
    recorder = Recorder(log)
    recorder.begin(100.0)
    for second in range(1, 1001):
        grow(log, 1)
        recorder.look(100.0 + second)
    entries = parse(index_of(log).read_text())
    assert len(entries) <= 51
    assert begun(log) == 100.0
    assert entries[-1] == Entry(1000, 1099.0, 1100.0)
    assert index_of(log).stat().st_size == sum(len(format_entry(entry)) for entry in entries)

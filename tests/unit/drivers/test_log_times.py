from __future__ import annotations

from pathlib import Path

from shoal.drivers.process.logs.times import Entry, Recorder, Stamp, Times, index_of, parse


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

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shoal.drivers.process.logs.quota import trim
from shoal.drivers.process.logs.reader import BLOCK, Line, first_offset, lines, tail, tail_offset
from shoal.drivers.process.logs.shelf import Shelf
from shoal.drivers.process.logs.times import index_of


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def test_lines_carry_where_they_are(log: Path) -> None:
    log.write_bytes(b"one\ntwo\r\n\xff\nlast")
    assert list(lines(log)) == [Line(0, 4, "one"), Line(4, 9, "two"), Line(9, 11, "\ufffd"), Line(11, 15, "last")]
    assert [line.text for line in lines(log, 4, partial=False)] == ["two", "\ufffd"]


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("count", [0, 1, 3, 5000, 20000])
def test_the_tail_is_the_last_lines(log: Path, count: int, end: str) -> None:
    texts = [f"line {number}" for number in range(20000)]
    log.write_text("\n".join(texts) + end)
    assert log.stat().st_size > 2 * BLOCK
    assert [line.text for line in tail(log, count)] == (texts[-count:] if count else [])


def test_the_tail_of_nothing_is_nothing(log: Path) -> None:
    log.touch()
    assert tail(log, 10) == []
    assert tail_offset(log, 10) == 0


def test_a_log_that_got_too_long_loses_its_head_only(log: Path) -> None:
    texts = [f"line {number:020}" for number in range(40000)]
    log.write_text("\n".join(texts) + "\n")
    size = log.stat().st_size
    assert not trim(log, longest=1 << 30)
    if not trim(log, longest=500_000, kept=200_000):
        pytest.skip("this file system can't give up a file's head")
    assert log.stat().st_size == size
    assert log.stat().st_blocks * 512 < 300_000
    left = [line.text for line in lines(log)]
    assert first_offset(log) > 0
    assert texts[-len(left) :] == left
    assert 5000 < len(left) < 9000
    assert [line.text for line in tail(log, 100_000)][1:] == left[0:]


def test_only_the_newest_logs_stay(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, kept=2)
    for number in range(5):
        shelf.begin(tmp_path / "users" / f"users-0-{9 - number}.log", float(number))
    assert [file.instance for file in shelf.files()] == [f"users-0-{9 - number}" for number in range(5)]
    shelf.prune("users", {"users-0-9"})
    assert [file.instance for file in shelf.files(["users"])] == ["users-0-9", "users-0-6", "users-0-5"]
    assert shelf.files(["posts"]) == ()
    assert len(os.listdir(tmp_path / "users")) == 6  # noqa: PTH208


def test_growth_is_noted_for_the_living(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, kept=2)
    path = tmp_path / "users" / "users-0-a.log"
    shelf.begin(path, 10.0)
    path.write_text("hello\n")
    shelf.look(11.5, [tmp_path / "users/users-0-a.log"])
    assert index_of(path).read_text() == "0 10.00 10.00\n6 10.00 11.50\n"

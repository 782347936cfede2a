"""Lines of many logs as one stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shoal.cli import follow
from shoal.cli.follow import Follower, hash_of, last_lines
from shoal.drivers.process.logs.times import Times
from shoal.errors import NotRunning


class Logs:
    """Log files, and a daemon that knows where they are (or doesn't answer)."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files, self.away, self.asked = folder, [], False, []  # type: ignore[var-annotated]

    def ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        self.asked.append((verb, fields))
        if self.away:
            raise NotRunning("away")
        return {"files": list(self.files)}

    def file(self, instance: str) -> Path:
        path = self.folder / f"{instance}.log"
        if not any(file["instance"] == instance for file in self.files):
            self.files.append({"workload": instance.split("-")[0], "instance": instance, "path": str(path)})
        return path

    def write(self, instance: str, text: str, at: float | None = None) -> None:
        path = self.file(instance)
        with path.open("a") as out:
            out.write(text)
        if at is not None:
            Times.of(path)


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logs:
    monkeypatch.setattr(follow, "LIST_EVERY", 0.0)
    return Logs(tmp_path)


Printed = Callable[[], list[str]]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return lambda: [line.replace(" ", "") for line in capsys.readouterr().out.splitlines()]


def follower(logs: Logs, **options: Any) -> Follower:
    return Follower(logs, [], **options)  # type: ignore[arg-type]


def test_each_line_carries_its_instance(logs: Logs, printed: Printed) -> None:
    logs.write("api-0-a", "one\ntwo\n")
    follower(logs).turn()
    assert printed() == ["api-0-a|one", "api-0-a|two"]


def test_a_turn_prints_what_is_new_and_nothing_twice(logs: Logs, printed: Printed) -> None:
    logs.write("api-0-a", "one\n")
    following = follower(logs)
    following.turn()
    following.turn()
    logs.write("api-0-a", "two\n")
    following.turn()
    assert printed() == ["api-0-a|one", "api-0-a|two"]


def test_half_a_line_waits_for_its_other_half(logs: Logs, printed: Printed) -> None:
    following = follower(logs)
    logs.write("api-0-a", "hel")
    following.turn()
    assert printed() == []
    logs.write("api-0-a", "lo\n")
    following.turn()
    assert printed() == ["api-0-a|hello"]


def test_at_the_end_half_a_line_is_printed_too(logs: Logs, printed: Printed) -> None:
    logs.write("api-0-a", "hel")
    follower(logs).turn(last=True)
    assert printed() == ["api-0-a|hel"]


def test_a_log_that_appears_later_is_printed_from_its_beginning(logs: Logs, printed: Printed) -> None:
    logs.write("api-0-a", "old\nolder\n")
    following = follower(logs, tail=1)
    following.turn()
    logs.write("web-0-b", "1\n2\n3\n")
    following.turn()
    assert printed() == ["api-0-a|older", "web-0-b|1", "web-0-b|2", "web-0-b|3"]


@pytest.mark.parametrize(
    ("tail", "expected"), [(None, ["1", "2", "3"]), (2, ["2", "3"]), (9, ["1", "2", "3"]), (0, [])]
)
def test_the_tail_is_of_each_log(logs: Logs, printed: Printed, tail: int | None, expected: list[str]) -> None:
    logs.write("api-0-a", "1\n2\n3\n")
    follower(logs, tail=tail).turn()
    assert printed() == [f"api-0-a|{text}" for text in expected]


def test_a_log_that_is_announced_but_not_there_yet(logs: Logs, printed: Printed) -> None:
    logs.file("api-0-a")
    following = follower(logs)
    following.turn()
    logs.write("api-0-a", "one\n")
    following.turn()
    assert printed() == ["api-0-a|one"]


def test_a_daemon_that_restarts_is_borne(logs: Logs, printed: Printed) -> None:
    logs.write("api-0-a", "one\n")
    following = follower(logs)
    following.turn()
    logs.away = True
    logs.write("api-0-a", "two\n")
    following.turn()
    assert printed() == ["api-0-a|one", "api-0-a|two"]


def test_without_a_daemon_from_the_beginning_there_is_nothing_to_follow(logs: Logs) -> None:
    logs.away = True
    with pytest.raises(NotRunning):
        follower(logs).turn()


def test_bytes_that_are_no_text_are_printed_all_the_same(logs: Logs, printed: Printed) -> None:
    logs.file("api-0-a").write_bytes(b"\xff\xfe ok\n")
    follower(logs).turn()
    assert printed() == ["api-0-a|\ufffd\ufffdok"]


def test_instances_of_a_workload_share_a_colour() -> None:
    assert hash_of("api-0-abcd") == hash_of("api-7-wxyz") != hash_of("web-0-abcd")


def test_the_last_lines_are_of_the_newest_log_that_has_any(logs: Logs) -> None:
    logs.write("api-0-a", "1\n2\n3\n")
    logs.write("api-0-b", "")
    logs.file("api-0-c")
    assert last_lines(logs.files, 2) == ["2", "3"]
    assert last_lines([], 2) == []

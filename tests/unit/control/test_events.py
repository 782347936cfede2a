"""What happened: events out of two looks, and the journal that keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shoal.control import journal as journals
from shoal.control.journal import Journal
from shoal.control.transitions import transitions
from shoal.model.event import Event
from shoal.model.observed import Instance
from tests.unit.control.world import ended, job, running, seen, service

API, JOB = service("api"), job("seed")
NOW = 130.0


def told(before: Instance | None, after: Instance) -> list[str]:
    events = transitions(seen(*([before] if before else [])), seen(after), NOW)
    return [f"{e.time:g} {e.kind} {e.subject} {e.instance}: {e.text}".strip() for e in events]


@pytest.mark.parametrize(("before", "after", "expected"), [
    (None, running(API, phase="starting", pid=7), "100 started api api-0-a: pid 7"),
    (running(API, phase="starting"), running(API), "130 ready api api-0-a: after 30.0 s"),
    (running(API, phase="unready"), running(API), "130 ready api api-0-a:"),
    (running(API), running(API, phase="unready", reason="slow"), "130 unready api api-0-a: slow"),
    (running(API, id="x"), ended(API, id="x", reason="exited with code 1"), "200 exited api x: exited with code 1"),
    (running(API, phase="stopping", id="x"), ended(API, id="x", reason="stopped"), "200 stopped api x:"),
    (None, ended(JOB, exit=0), "200 done seed seed-0-z: after 1.0 s"),
    (None, ended(JOB, exit=2, reason="exited with code 2"), "200 failed seed seed-0-z: exited with code 2"),
    (None, ended(JOB, exit=None, reason="nobody saw"), "200 exited seed seed-0-z: nobody saw"),
])  # fmt: skip
def test_a_change_of_phase_is_an_event(before: Instance | None, after: Instance, expected: str) -> None:
    assert told(before, after) == [expected]


def test_that_one_ends_is_told_when_it_has_ended() -> None:
    assert told(running(API), running(API, phase="stopping")) == []


def test_no_change_is_no_event() -> None:
    assert told(running(API), running(API, reason="slow once")) == []


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[[], Journal]]:
    opened: list[Journal] = []

    def make() -> Journal:
        opened.append(Journal(tmp_path / "events.jsonl"))
        return opened[-1]

    yield make
    for journal in opened:
        journal.close()


def event(number: int, text: str = "") -> Event:
    return Event(float(number), "started", "api", text or f"pid {number}")


Keep = Callable[[], Journal]


class TestTheJournal:
    def test_outlives_the_daemon(self, keep: Keep) -> None:
        keep().add([event(1), event(2)])
        assert list(keep().events) == [event(1), event(2)]

    def test_passes_over_a_line_that_a_crash_cut_and_loses_no_other(self, keep: Keep, tmp_path: Path) -> None:
        keep().add([event(1), event(2)])
        file = tmp_path / "events.jsonl"
        file.write_bytes(file.read_bytes()[:-9])
        again = keep()
        assert list(again.events) == [event(1)]
        again.add([event(3), event(4)])
        assert list(keep().events) == [event(1), event(3), event(4)]

    def test_bears_lines_that_are_no_events(self, keep: Keep, tmp_path: Path) -> None:
        (tmp_path / "events.jsonl").write_bytes(b'\xff\xfe\n[]\n\n{"time": "x"}\n')
        assert list(keep().events) == []

    def test_is_cut_when_it_has_grown_and_keeps_the_newest(
        self, keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journals, "LIMIT", 5000)
        monkeypatch.setattr(journals, "KEEP", 40)
        journal = keep()
        for number in range(200):
            journal.add([event(number)])
            assert (tmp_path / "events.jsonl").stat().st_size <= 5000 + 200
        kept = [e.time for e in keep().events]
        assert kept[-1] == 199.0
        assert kept == sorted(kept) and len(kept) >= 20
        assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]

    def test_tells_all_who_listen_until_they_end(self, keep: Keep) -> None:
        journal = keep()
        journal.add([event(1)])
        one, end_one = journal.listen()
        other, _ = journal.listen()
        journal.add([event(2)])
        end_one()
        journal.add([event(3)])
        assert [one.get_nowait() for _ in range(one.qsize())] == [event(2)]
        assert [other.get_nowait() for _ in range(other.qsize())] == [event(2), event(3)]

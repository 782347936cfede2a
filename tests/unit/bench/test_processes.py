"""What is read from /proc."""

from __future__ import annotations

from bench.processes import Memory, Stat, parse_busy, parse_memory, parse_stat, parse_switches, tree

LINE = "42 (a (strange) name) S 7 42 42 0 -1 4194560 9 0 0 0 150 50 25 25 20 0 1 0 12345 1 2 3"


def test_cpu_time_includes_children_that_were_waited_for() -> None:
    assert parse_stat(42, LINE, ticks=100) == Stat(42, 7, 2.5)


def test_memory_is_in_megabytes() -> None:
    text = "00400000-7fff [rollup]\nRss:    2048 kB\nPss:    1024 kB\nPss_Dirty:   512 kB\n"
    assert parse_memory(text) == Memory(2.0, 1.0)


def test_only_voluntary_switches_are_wake_ups() -> None:
    assert parse_switches("Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t99\n") == 12
    assert parse_switches("Name:\tx\n") == 0


def test_a_tree_is_a_process_with_all_its_descendants() -> None:
    processes = {pid: Stat(pid, parent, 0.0) for pid, parent in ((1, 0), (2, 1), (3, 2), (4, 1), (5, 4))}
    assert {process.pid for process in tree(2, processes)} == {2, 3}
    assert {process.pid for process in tree(1, processes)} == {1, 2, 3, 4, 5}
    assert tree(9, processes) == []


def test_waiting_for_a_disk_is_not_being_busy() -> None:
    assert parse_busy("cpu  10 1 5 80 4 0 0 0 0 0\ncpu0 1 1 1 1\n") == (16, 100)

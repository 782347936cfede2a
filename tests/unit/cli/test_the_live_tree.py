"""The live tree: what a terminal shows while an app starts, changes or stops."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from shoal.cli.screen import Screen, cut, fit, visible
from shoal.cli.tree import ASCII, UNICODE, Tree


def entry(owner: str, state: str, **fields: Any) -> dict[str, Any]:
    base = {"owner": owner, "workload": owner, "state": state, "level": 0, "why": "", "ready": 0, "replicas": 1}
    return base | {"line": "", **fields}


def drawn(tree: Tree, now: float = 0.0, height: int = 100) -> list[str]:
    return [" ".join(line.split()) for line in tree.lines(now, height)]


@pytest.fixture
def tree() -> Tree:
    return Tree(ASCII, colours=False)


def test_what_goes_on_shows_how_long_and_what_it_wrote_last(tree: Tree) -> None:
    tree.tick([entry("users", "building", line="[INFO] compiling")], 10.0)
    assert drawn(tree, 12.0) == ["| users building 2.0s [INFO] compiling"]


def test_a_build_shows_its_step_and_not_its_command(tree: Tree) -> None:
    tree.step("users", "package: downloads what the pom names\nmore")
    tree.tick([entry("users", "building", line="$ /a/very/long/java -jar")], 0.0)
    assert drawn(tree)[0].endswith("building 0.0s package: downloads what the pom names")
    tree.tick([entry("users", "building", line="[INFO] compiling")], 0.0)
    assert drawn(tree)[0].endswith("what the pom names [INFO] compiling")


def test_what_is_done_shows_what_each_step_took(tree: Tree) -> None:
    for now, state in ((0.0, "building"), (3.0, "waiting"), (4.0, "starting"), (4.5, "ready")):
        tree.tick([entry("users", state)], now)
    assert drawn(tree, 99.0) == ["+ users ready 3.0s building, 0.5s starting"]


def test_a_start_shows_the_log_rather_than_what_the_probe_says(tree: Tree) -> None:
    tree.tick([entry("users", "starting", why="Connection refused", line="Started in 3 s")], 0.0)
    assert "Started in 3 s" in drawn(tree)[0] and "refused" not in drawn(tree)[0]
    tree.tick([entry("users", "waiting", why="for users-db")], 1.0)
    assert drawn(tree, 1.0) == [". users waiting 0.0s for users-db"]


def test_of_several_instances_it_counts_the_ready_ones(tree: Tree) -> None:
    tree.tick([entry("users", "starting", ready=1, replicas=3)], 0.0)
    assert "starting 1/3" in drawn(tree)[0]


def test_what_stands_behind_others_is_indented(tree: Tree) -> None:
    tree.tick([entry("db", "ready"), entry("users", "waiting", level=1)], 0.0)
    first, second = tree.lines(0.0)
    assert (first.index("db"), second.index("users")) == (2, 4)
    assert first.index("ready") == second.index("waiting")


def test_what_vanishes_has_stopped_and_keeps_its_place(tree: Tree) -> None:
    tree.tick([entry("users", "stopping"), entry("db", "stopping")], 0.0)
    tree.tick([entry("db", "stopping")], 0.5)
    assert drawn(tree, 0.5)[0] == "+ users stopped 0.5s"
    assert drawn(tree, 0.5)[1].endswith("db stopping 0.5s")
    tree.tick([], 1.0)
    assert drawn(tree, 1.0) == ["+ users stopped 0.5s", "+ db stopped 1.0s"]


def test_a_failure_says_why_in_one_line(tree: Tree) -> None:
    tree.tick([entry("users", "failed", why="exited with code 3\nand more")], 0.0)
    assert drawn(tree) == ["x users failed exited with code 3"]


def test_where_there_is_no_room_what_is_done_gives_way(tree: Tree) -> None:
    tree.tick([*(entry(f"s{n}", "ready") for n in range(20)), entry("slow", "starting")], 0.0)
    shown = drawn(tree, 0.0, 10)
    assert len(shown) == 2
    assert "slow starting" in shown[0] and shown[1] == "+ 20 more are ready or done"


def test_without_unicode_every_sign_is_ascii() -> None:
    for signs, plain in ((ASCII, True), (UNICODE, False)):
        tree = Tree(signs, colours=False)
        states = ("ready", "failed", "waiting", "starting")
        tree.tick([entry(state, state) for state in states], 0.0)
        assert all(line.isascii() for line in tree.lines(0.0)) == plain


def test_colours_only_where_they_are_wanted() -> None:
    for colours in (True, False):
        tree = Tree(ASCII, colours=colours)
        tree.tick([entry("users", "ready")], 0.0)
        assert ("\033[32m" in tree.lines(0.0)[0]) == colours


# The screen


class Terminal(io.StringIO):
    """Keeps what is written, and plays it on a grid as a terminal would."""

    def __init__(self, columns: int = 40, lines: int = 10) -> None:
        super().__init__()
        self.size = (columns, lines)

    def grid(self) -> list[str]:
        rows, row = [""], 0
        for part in re.split(r"(\033\[\??[0-9;]*[a-zA-Z]|\r|\n)", self.getvalue()):
            if part == "\n":
                row += 1
                rows += [""] * (row + 1 - len(rows))
            elif part.endswith("A"):
                row -= int(part[2:-1])
            elif part == "\033[J":
                rows[row:] = [""]
            elif part == "\033[K" or part == "\r" or part.startswith("\033"):
                continue
            elif part:
                rows[row] = part
        return rows


def screen(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen(terminal)
    monkeypatch.setattr(made, "size", lambda: terminal.size)
    return made


def test_a_picture_takes_the_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    with screen(terminal, monkeypatch) as shown:
        shown.show(["one", "two", "three"])
        shown.show(["ONE", "TWO"])
        assert terminal.grid() == ["ONE", "TWO", ""]
        shown.above("said")
        shown.show(["ONE", "TWO"])
        assert terminal.grid() == ["said", "ONE", "TWO", ""]


def test_nothing_is_written_when_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    with screen(terminal, monkeypatch) as shown:
        shown.show(["one"])
        before = terminal.getvalue()
        shown.show(["one"])
        assert terminal.getvalue() == before
        terminal.size = (30, 10)
        shown.show(["one"])
        assert terminal.getvalue() != before, "the terminal may have torn it apart"


def test_a_terminal_that_became_narrower_has_wrapped_what_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(40)
    with screen(terminal, monkeypatch) as shown:
        shown.show(["x" * 35, "y"])
        terminal.size = (20, 10)
        shown.show(["x" * 35, "y"])
    assert "\033[3A" in terminal.getvalue()


def test_the_cursor_comes_back_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    with pytest.raises(ZeroDivisionError), screen(terminal, monkeypatch) as shown:
        shown.show(["one"])
        raise ZeroDivisionError
    assert terminal.getvalue().endswith("\033[?25h")


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [("hello", 5, "hello"), ("hello", 4, "hell"), ("\033[32mhello\033[0m!", 3, "\033[32mhel\033[0m"), ("", 3, "")],
)
def test_a_line_is_cut_to_the_width_and_keeps_its_colours(line: str, width: int, expected: str) -> None:
    assert cut(line, width) == expected
    assert visible(cut(line, width)) <= width


def test_too_many_lines_are_counted() -> None:
    assert fit(["a", "b", "c"], 3) == ["a", "b", "c"]
    assert fit(["a", "b", "c", "d"], 3) == ["a", "b", "... 2 more"]

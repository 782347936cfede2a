"""On a terminal a change must be drawn as it goes on, and the terminal be left as it was."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, shell, worker
from tests.scenarios.terminal import Terminal

SLOW = WEB.replace("GREETING: hello", "SLOW: '1'").replace(
    "gateway:", shell("after", "exec sleep 1000", "needs: [seed]") + "gateway:"
) + ("jobs: {seed: {stack: command, command: [sleep, '0.5']}}\n")
HIDE, SHOW = "\033[?25l", "\033[?25h"


def test_up_draws_every_service_and_then_shows_the_logs(app: Make) -> None:
    web = app(SLOW, WEB_FILES)
    with Terminal(web, "up") as terminal:
        terminal.until("starting 0/2")
        terminal.until("| serves")
        terminal.until("http://")
        text = terminal.text
        assert re.search(r"after +waiting .* for seed", text)
        assert re.search(r"✔ web +ready +\d\.\ds", text)
        assert web.url in text
        assert terminal.seen.count(HIDE) == terminal.seen.count(SHOW) == 1
        terminal.press("\x03")
        assert terminal.ends() == 130
    assert "once more kills" in terminal.text
    assert re.search(r"✔ web +stopped", terminal.text)
    assert terminal.seen.count(HIDE) == terminal.seen.count(SHOW) == 2
    assert "Traceback" not in terminal.text
    assert web.processes() == {}


def test_logs_are_shown_from_the_start_above_what_is_drawn(app: Make) -> None:
    web = app(SLOW.replace("'1'", "'60'"), WEB_FILES)
    with Terminal(web, "up") as terminal:
        terminal.until("| begins")
        terminal.until("starting 0/2", after="| begins")
        terminal.press("\x03")
        assert terminal.ends() == 130
    assert re.search(r"web-\d-\w+ +\| begins", terminal.text)
    assert web.processes() == {}


def test_ctrl_c_while_it_is_drawn_leaves_nothing_and_the_cursor(app: Make) -> None:
    web = app(SLOW.replace("'1'", "'60'"), WEB_FILES)
    with Terminal(web, "up") as terminal:
        terminal.until("starting 0/2")
        terminal.press("\x03")
        assert terminal.ends() == 130
    assert terminal.seen.rstrip().endswith("what this up started has been stopped")
    assert terminal.seen.rindex(SHOW) > terminal.seen.rindex(HIDE)
    assert web.processes() == {}


def test_no_line_is_wider_than_the_terminal_whatever_its_size(app: Make) -> None:
    web = app(SLOW, WEB_FILES)
    with Terminal(web, "up", "-d", "--wait", columns=30, lines=5) as terminal:
        terminal.until("starting")
        terminal.resize(20, 4)
        assert terminal.ends() == 0
    drawn = re.split(r"\r?\n", terminal.text.split("http://")[0].replace("\r", "\n"))
    assert max(map(len, drawn)) <= 30


def test_restart_and_down_are_drawn_too(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    with Terminal(web, "restart", "web") as terminal:
        assert terminal.ends() == 0
    assert "✔ web" in terminal.text
    with Terminal(web, "down") as terminal:
        assert terminal.ends() == 0
    assert re.search(r"✔ web +stopped", terminal.text)
    assert "the data is kept" in terminal.text


def test_a_failure_is_told_once_in_full(app: Make) -> None:
    bad = app(worker("bad", "echo why-not; exit 3", "restart: 'no'"))
    with Terminal(bad, "up", "-d", "--wait") as terminal:
        assert terminal.ends() == 6
    assert terminal.text.count("| why-not") == 1
    assert "✘ bad" in terminal.text


@pytest.mark.parametrize("words", [("-q",), ()], ids=["quiet", "dumb"])
def test_quiet_and_dumb_terminals_are_not_drawn_on(app: Make, words: tuple[str, ...]) -> None:
    web = app(WEB, WEB_FILES)
    with Terminal(web, "up", "-d", "--wait", *words, term="xterm" if words else "dumb") as terminal:
        assert terminal.ends() == 0
    assert "\033" not in terminal.seen
    lines = terminal.text.split()
    assert lines == [web.url] if words else "started" in lines


def test_colours_are_taken_off_and_put_on_by_name(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    with Terminal(web, "up", "-d", "--wait", "--color", "never") as terminal:
        assert terminal.ends() == 0
    assert "\033[32m" not in terminal.seen and HIDE in terminal.seen
    assert "\033[" in web.ok("logs", "--color", "always").out
    assert "\033[" not in web.ok("logs").out


def test_a_start_that_is_refused_is_told_and_then_judged(app: Make) -> None:
    """Once as it happens, once as the verdict; what to do stands in the verdict alone."""
    bad = app("name: bad\nservices: {nope: {stack: command, command: [no-such-program]}}\n")
    result = bad.shoal("up", "-d", "--wait")
    assert result.code == 4
    assert result.err.count("isn't there") == 2
    assert result.err.count("is it installed") == 1

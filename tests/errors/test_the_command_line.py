"""A wrong command line must be refused with what to type instead; nothing happens."""

from __future__ import annotations

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import worker

ONE = worker("one", "exec sleep 1000")


@pytest.fixture(scope="module")
def running(lasting_app: Make) -> App:
    made = lasting_app(ONE)
    made.up()
    made.before = made.pids()
    return made


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["pss"], 2, "Did you mean ps?"),
        (["strat"], 2, "Did you mean start?"),
        (["frobnicate"], 2, "there is no verb frobnicate"),
        (["--json"], 2, "a verb comes first"),
        (["ps", "--jsn"], 2, "--jsn"),
        (["ps", "extra"], 2, "extra"),
        (["up", "--timeout", "soon"], 2, "soon"),
        (["logs", "--tail", "few"], 2, "few"),
        (["logs", "--since", "yesterday"], 2, "yesterday: not a time"),
        (["events", "--since", "x"], 2, "x: not a time"),
        (["scale", "one"], 2, "expected SERVICE=N"),
        (["scale", "one=-1"], 2, "expected SERVICE=N"),
        (["scale", "one=many"], 2, "expected SERVICE=N"),
        (["scale"], 2, "SERVICE=N"),
        (["restart"], 2, "SERVICE"),
        (["why"], 2, "SERVICE"),
        (["exec"], 2, "SERVICE"),
        (["exec", "one"], 2, "a command is missing"),
        (["exec", "one", "no-such-program"], 4, "no-such-program"),
        (["run", "one", "no-such-program"], 4, "no-such-program"),
        (["run", "one"], 2, "name a command to run"),
        (["open"], 2, "no gateway"),
        *[([verb, "oen"], 2, "one") for verb in ("up", "stop", "start", "restart", "why", "logs", "run")],
        (["scale", "oen=2"], 2, "one"),
        (["scale", "one=2", "oen=2"], 2, "one"),
        (["exec", "oen", "true"], 2, "one"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_each_mistake_is_named(running: App, words: list[str], code: int, said: str) -> None:
    result = running.shoal(*words)
    assert result.code == code, str(result)
    assert result.err.startswith("shoal: ")
    assert said in result.err
    assert len(result.err.splitlines()) <= 3
    assert result.out == ""
    assert running.pids() == running.before


def test_shoal_alone_shows_its_help(running: App) -> None:
    result = running.shoal()
    assert result.code == 2
    assert "usage: shoal VERB" in result.err


VERBS = (
    ["ps"],
    ["ps", "--json"],
    ["logs"],
    ["logs", "-f"],
    ["events"],
    ["why", "one"],
    ["open"],
    ["exec", "one", "true"],
    ["run", "one", "true"],
    ["stop", "one"],
    ["start", "one"],
    ["restart", "one"],
    ["scale", "one=2"],
)


@pytest.fixture(scope="module")
def stopped(lasting_app: Make) -> App:
    made = lasting_app(ONE, name="stopped")
    made.up()
    made.ok("down")
    return made


@pytest.fixture(scope="module")
def never_up(lasting_app: Make) -> App:
    return lasting_app(ONE, name="never")


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
@pytest.mark.parametrize("which", ["stopped", "never_up"])
def test_verbs_on_an_app_that_is_not_running(request: pytest.FixtureRequest, which: str, words: list[str]) -> None:
    app: App = request.getfixturevalue(which)
    result = app.shoal(*words)
    if result.code == 0 and words[0] in ("logs", "events", "why") and which == "stopped":
        return  # what was printed and what happened can be looked at afterwards
    assert result.code == 10, str(result)
    assert "not running" in result.err
    assert "shoal up" in result.err
    assert app.processes() == {}

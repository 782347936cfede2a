"""`config --explain`: the winner with its place, and every loser in order. No secret is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Shoal

FILE = """\
name: shop
x-common: {A: "${UNUSED:-}"}
services:
  api:
    path: .
    command: [sleep, "9"]
    ports: {http: , admin: {env: ADMIN}}
    needs: [db, two]
    environment: {LEVEL: "${LEVEL:-debug}", DSN: "x://u:${DB_PASSWORD}@h", WORD: "${DB_PASSWORD}", HOME: /tmp, EDITOR: }
  two: {path: ., command: [sleep, "9"], environment: [MODE=one, HERE]}
backing: {db: postgres}
secrets: {key: {env: SESSION}}
environments:
  test:
    services: {api: {environment: {LEVEL: trace, WORD: null}}, two: {environment: [OTHER=1]}}
"""
DOTENV = "LEVEL=info\nDB_PASSWORD=sesame\nURL=https://me:hush@host/$DB_PASSWORD\n"
CALLER = {"EDITOR": "vi", "HERE": "here", "SESSION": "open-sesame", "HOME": "/home/ann", "LC_ALL": "C"}

Explain = Callable[..., str]


@pytest.fixture
def explain(shoal: Shoal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Explain:
    (folder / "shoal.yaml").write_text(FILE)
    (folder / ".env").write_text(DOTENV)
    (folder / ".env.test").write_text("LEVEL=warn\n")
    for name, value in CALLER.items():
        monkeypatch.setenv(name, value)
    for name in ("LEVEL", "DB_PASSWORD", "URL"):
        monkeypatch.delenv(name, raising=False)

    def explained(*words: str) -> str:
        ran = shoal("config", "--explain", *words)
        assert ran.code == 0, ran.err
        return ran.out.replace(f"{folder}/", "")

    return explained


@pytest.mark.parametrize(("words", "shown"), [
    ("LEVEL", """\
LEVEL = info
  wins   .env:1:1: info
  used   shoal.yaml:9:26: services.api.environment.LEVEL: ${LEVEL:-debug}
"""),
    ("LEVEL --env test", """\
LEVEL = warn
  wins   .env.test:1:1: warn
  loses  .env:1:1: info
"""),
    ("EDITOR", """\
EDITOR = vi
  wins   (the caller's environment): vi
  used   shoal.yaml:9:120: services.api.environment.EDITOR
"""),
    ("api.LEVEL", """\
api.LEVEL = info
  wins   shoal.yaml:9:19 (the file): info
         made of LEVEL, .env:1:1
"""),
    ("api.LEVEL --env test", """\
api.LEVEL = trace
  wins   shoal.yaml:15:36 (the overlay test): trace
  loses  shoal.yaml:9:19 (the file): ${LEVEL:-debug}
"""),
    ("api.HOME", """\
api.HOME = /tmp
  wins   shoal.yaml:9:100 (the file): /tmp
  loses  (whoever runs the first `up`): /home/ann
"""),
    ("api.PORT", """\
api.PORT = ${self.ports.http}
  wins   (the stack command): ${self.ports.http}
"""),
    ("api.ADMIN", """\
api.ADMIN = ${self.ports.admin}
  wins   shoal.yaml:7:5 (a port's env): ${self.ports.admin}
  loses  (the stack command): ${self.ports.admin}
"""),
    ("api.TWO_URL", """\
api.TWO_URL = http://${two.host}:${two.port}
  wins   shoal.yaml:8:17 (the need two): http://${two.host}:${two.port}
"""),
    ("two.HERE", """\
two.HERE = here
  wins   shoal.yaml:10:65 (the file): here
         made of HERE, (the caller's environment)
"""),
    ("two.MODE --env test", """\
two.MODE is set nowhere
  loses  shoal.yaml:10:55 (the file): taken away
"""),
    ("two.SHOAL_INDEX", """\
two.SHOAL_INDEX = <SHOAL_INDEX>
  wins   (shoal itself, at each start): <SHOAL_INDEX>
"""),
], ids=str)  # fmt: skip
def test_winner_and_losers(words: str, shown: str, explain: Explain) -> None:
    assert explain(*words.split()) == shown


def test_the_callers_environment_wins_over_files(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVEL", "error")
    assert explain("LEVEL").splitlines()[:3] == [
        "LEVEL = error",
        "  wins   (the caller's environment): error",
        "  loses  .env:1:1: info",
    ]


def test_files_that_are_named_stand_in_for_those_beside_the_file(explain: Explain, folder: Path) -> None:
    (folder / "ci.env").write_text("DB_PASSWORD=x\n\nLEVEL=ci\n")
    assert explain("LEVEL", "--env-file", "ci.env").splitlines()[:2] == ["LEVEL = ci", "  wins   ci.env:3:1: ci"]


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "URL", "SESSION", "api.DSN", "api.WORD", "api.DB_PASSWORD", "api.DATABASE_URL"]
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_secrets_are_masked(name: str, form: list[str], explain: Explain) -> None:
    shown = explain(name, *form)
    assert "***" in shown
    assert not any(secret in shown for secret in ("sesame", "hush"))


def test_what_takes_a_variable_away_is_named(explain: Explain) -> None:
    assert explain("api.WORD", "--env", "test") == (
        "api.WORD is set nowhere\n"
        "  loses  shoal.yaml:15:50 (the overlay test): taken away\n"
        "  loses  shoal.yaml:9:76 (the file): taken away\n"
    )


def test_json_has_the_same(explain: Explain) -> None:
    whole = json.loads(explain("api.LEVEL", "--env", "test", "--json"))
    found = whole["explained"]
    assert (whole["version"], found["name"], found["value"]) == (1, "api.LEVEL", "trace")
    assert [(claim["place"], claim["wins"]) for claim in found["claims"]] == [
        ("shoal.yaml:15:36", True),
        ("shoal.yaml:9:19", False),
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("LEVLE", "Did you mean LEVEL?"),
        ("DATABASE_URL", "Did you mean api.DATABASE_URL?"),
        ("api.LEVLE", "Did you mean api.LEVEL?"),
        ("XXXXXXXX", "There are: DB_PASSWORD, EDITOR, HERE, LEVEL, SESSION, URL."),
    ],
)
def test_an_unknown_name_is_refused_with_what_there_is(name: str, hint: str, explain: Explain, shoal: Shoal) -> None:
    ran = shoal("config", "--explain", name)
    assert (ran.code, ran.err) == (2, f"shoal: there is no variable {name}\n  {hint}\n")

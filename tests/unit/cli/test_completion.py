"""Completion: what may stand where the cursor is, and the shells' own way of asking for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shoal.cli.completing import candidates
from shoal.cli.verbs import VERBS

FILE = """\
name: shop
services: {users: {}, posts: {}}
jobs: {seed: {}}
backing: {users-db: {postgres: {}}}
environments: {test: {services: {fake: {}}}, prod: {}}
"""


@pytest.fixture
def shop(folder: Path) -> Path:
    (folder / "shoal.yaml").write_text(FILE)
    return folder


@pytest.mark.parametrize(("words", "expected"), [
    ("", [*VERBS, "--help", "--version"]),
    ("st", ["stop", "start", "stats", "streams"]),
    ("logs ", ["posts", "seed", "users", "users-db"]),
    ("logs us", ["users", "users-db"]),
    ("logs posts us", ["users", "users-db"]),
    ("logs --fo", ["--follow"]),
    ("logs --tail ", []),
    ("logs --tail 3 po", ["posts"]),
    ("logs -f po", ["posts"]),
    ("top -f nowhere.yaml po", []),
    ("up --env ", ["dev", "prod", "test"]),
    ("up --env test fa", ["fake"]),
    ("up --target d", ["docker"]),
    ("up --except po", ["posts"]),
    ("wait --for ", ["ready", "done", "gone"]),
    ("ps --color n", ["never"]),
    ("scale po", ["posts="]),
    ("cp po", ["posts:"]),
    ("exec users ", []),
    ("why users ", []),
    ("completion ", ["bash", "zsh", "fish"]),
    ("completion --", ["-h", "--help", "--file", "--env", "--target", "--color"]),
    ("nonsense ", []),
])  # fmt: skip
def test_what_may_stand_there(shop: Path, words: str, expected: list[str]) -> None:
    assert sorted(candidates(words.split(" "))) == sorted(e for e in expected if e != "-h")


@pytest.mark.parametrize(
    "text", ["", "services: [", "services: 3\n", "- a\n", "\0", "services: {a: {}}\nenvironments: 1"]
)
def test_a_file_that_is_being_written_is_borne(shop: Path, text: str) -> None:
    (shop / "shoal.yaml").write_text(text)
    assert candidates(["logs", ""]) in ([], ["a"])


def test_without_a_file_there_are_no_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert candidates(["logs", ""]) == []


# The shells themselves


def script(shell: str) -> str:
    ran = subprocess.run([sys.executable, "-m", "shoal.cli", "completion", shell], capture_output=True, check=True)
    return ran.stdout.decode()


def environment(folder: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(folder), "TERM": "dumb", "XDG_STATE_HOME": str(folder / "state")}


def asked(shell: str, code: str, folder: Path, *options: str) -> list[str]:
    ran = subprocess.run(
        [shell, *options, "-c", code], cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=50
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return sorted(ran.stdout.split())


def needed(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not on this machine: its completion was not tried (.ci/run installs it)")
    return found


@pytest.mark.parametrize(("line", "expected"), [
    ("shoal logs us", ["users", "users-db"]),
    ("shoal up --deta", ["--detach"]),
    ("shoal sta", ["start", "stats"]),
    ("shoal up --env pr", ["prod"]),
])  # fmt: skip
class TestTheShells:
    def test_bash(self, shop: Path, line: str, expected: list[str]) -> None:
        words = " ".join(f"'{word}'" for word in line.split())
        code = (f"{script('bash')}\ncompopt() {{ :; }}\nCOMP_WORDS=({words})\n"
                f"COMP_CWORD={len(line.split()) - 1}\n_shoal\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")  # fmt: skip
        assert asked("bash", code, shop, "--norc") == expected

    def test_zsh(self, shop: Path, line: str, expected: list[str]) -> None:
        words = " ".join(f"'{word}'" for word in line.split())
        code = (f"compdef() {{ :; }}\ncompadd() {{ while [[ $1 != -- ]]; do shift; done; shift; print -l -- $@ }}\n"
                f"{script('zsh')}\nwords=({words})\nCURRENT={len(line.split())}\n_shoal")  # fmt: skip
        assert asked(needed("zsh"), code, shop, "-f") == expected

    def test_fish(self, shop: Path, line: str, expected: list[str]) -> None:
        found = needed("fish")
        code = f"{script('fish')}\ncomplete -C '{line}'"
        assert asked(found, code, shop, "--no-config") == expected

"""`shoal env`: both forms say the same to those who read them."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from shoal.cli.env_ import _dotenv, _quoted, _shell
from shoal.spec.dotenv import parse

HARD = {
    "PLAIN": "a/b:c@d=e,f",
    "EMPTY": "",
    "SPACES": " two  words ",
    "QUOTES": 'it\'s "so"',
    "DOLLAR": "$HOME ${x} `id` # no comment",
    "BACKSLASH": "a\\b\\n'",
    "LINES": "one\ntwo\n",
}


def found() -> dict[str, Any]:
    return {"cwd": "/", "command": ["run", "a b"], "ports": {"http": 1, "admin": 2}, "env": HARD}


@pytest.mark.parametrize("name", HARD)
def test_a_dotenv_line_is_read_as_it_was_meant(name: str) -> None:
    settings = parse(f"{name}={_quoted(HARD[name])}\n", ".env", {}, {})
    assert settings[name].value == HARD[name]


def test_a_shell_has_the_same_values() -> None:
    script = "\n".join([*_shell(found()), *(f'printf "%s\\0" "${name}"' for name in HARD)])
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\0")[:-1] == list(HARD.values())


def test_the_head_is_comments() -> None:
    assert _dotenv(found())[:3] == ["# folder: /", "# command: run 'a b'", "# ports: http:1 admin:2"]
    assert _shell({**found(), "ports": {}})[2] == "# ports: -"

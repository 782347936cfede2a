from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import FileError, MissingVariable, SyntaxProblem
from shoal.spec import variables
from shoal.spec.dotenv import parse


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A = with spaces around ", "with spaces around"),
        ("export A=1", "1"),
        ("A=", ""),
        ("A=one # a comment", "one"),
        ("A=one#no comment", "one#no comment"),
        ("A= # only a comment", ""),
        ("A='$B # ${C} \\n'", "$B # ${C} \\n"),
        ('A="a\\tb\\"c\\\\ \\$HOME" # x', 'a\tb"c\\ $HOME'),
        ('A="first\nsecond"', "first\nsecond"),
        ("A='first\nsecond'", "first\nsecond"),
        ('A="two\\nlines"', "two\nlines"),
        ("A=$GIVEN-x", "here-x"),
        ('A="${NONE:-default}"', "default"),
        ("A=x=y", "x=y"),
        ("A=1\r\n", "1"),
        ("\n\n  # c\n  A=1", "1"),
    ],
)
def test_a_line_reads(line: str, value: str) -> None:
    assert parse(line, ".env", {"GIVEN": "here"})["A"] == value


def test_later_lines_may_use_earlier_ones() -> None:
    assert parse("HOST=x\nURL=http://$HOST/", ".env", {}) == {"HOST": "x", "URL": "http://x/"}


def test_the_callers_variables_win(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=file\r\nB=file\r\nC=${A}\r\n")
    assert variables(tmp_path, {"A": "caller"}) == {"A": "caller", "B": "file", "C": "caller"}


def test_no_file_is_fine(tmp_path: Path) -> None:
    assert variables(tmp_path, {"A": "1"}) == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("A=1\n\nnonsense", SyntaxProblem, ".env:3:1"),
        ("A=1\nB='x", SyntaxProblem, ".env:2:3"),
        ('A="x" y', SyntaxProblem, ".env:1:6"),
        ("1A=x", SyntaxProblem, ".env:1:1"),
        ("A=1\nB=$NONE", MissingVariable, ".env:2:3"),
        ("A=${users.url}", SyntaxProblem, ".env:1:3"),
    ],
)
def test_errors_carry_the_line(text: str, kind: type[FileError], place: str) -> None:
    with pytest.raises(kind) as caught:
        parse(text, ".env", {})
    assert str(caught.value.where) == place

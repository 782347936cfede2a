from __future__ import annotations

import pytest

from shoal.errors import FileError, MissingVariable, SyntaxProblem
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
    assert parse(line, ".env", {"GIVEN": "here"})["A"].value == value


def test_later_lines_may_use_earlier_ones() -> None:
    found = parse("HOST=x\nURL=http://$HOST/", ".env", {})
    assert {name: setting.value for name, setting in found.items()} == {"HOST": "x", "URL": "http://x/"}
    assert [str(setting.place) for setting in found.values()] == [".env:1:1", ".env:2:1"]


def test_the_later_of_two_lines_counts() -> None:
    found = parse("A=1\nB=$A\nA=2\nC=$A", ".env", {})
    assert {name: setting.value for name, setting in found.items()} == {"A": "2", "B": "1", "C": "2"}
    assert str(found["A"].place) == ".env:3:1"


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

"""Demands on versions, in the words of pip, npm and version managers."""

from __future__ import annotations

import pytest

from shoal.model.demand import demand, number

MET = [
    ("3.12", "3.12.4"),
    ("v24", "24.19.0"),
    ("24.x", "24.1.1"),
    ("*", "1"),
    ("lts/*", "24.1"),
    ("lts/iron", "20.2.2"),
    (">=17", "25"),
    (">=3.11,<3.13", "3.12.9"),
    (">=18.0.0 <21", "20.1.1"),
    (">= 3.11", "3.11.2"),
    ("^20 || ^22", "22.4.0"),
    ("18 - 22", "22.9.1"),
    ("~=3.11", "3.12.1"),
    ("~1.2", "1.2.9"),
    ("^0.2.3", "0.2.9"),
    ("<=3.11", "3.11.2"),
    ("!=3.11.1", "3.11.2"),
    ("===3.11.2", "3.11.2"),
]
NOT_MET = [
    ("3.12", "3.11.9"),
    ("3.1", "3.11.9"),
    ("^20 || ^22", "24.1.0"),
    ("18 - 22", "23.0.0"),
    ("~=3.11", "4.0"),
    ("~1.2", "1.3.0"),
    ("^0.2.3", "0.3.0"),
    (">3.11", "3.11.2"),
    (">=3.8,!=3.9.*", "3.9.2"),
    ("21", ""),
]


@pytest.mark.parametrize(("text", "version"), MET)
def test_a_version_that_will_do(text: str, version: str) -> None:
    found = demand(text)
    assert found and found.admits(version)


@pytest.mark.parametrize(("text", "version"), NOT_MET)
def test_a_version_that_will_not(text: str, version: str) -> None:
    found = demand(text)
    assert found and not found.admits(version)


@pytest.mark.parametrize("text", ["", "foo", ">=", "3.12 please", "lts/nope", "pypy3.9", "^20 || foo"])
def test_what_is_no_version_is_told_apart(text: str) -> None:
    assert demand(text) is None


def test_numbers() -> None:
    assert number("v24.19.0") == (24, 19, 0)
    assert number("25.0.2.1") == (25, 0, 2, 1)
    assert number("none") == ()

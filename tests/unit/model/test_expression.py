"""Regular expressions of a file: linear in the line; what RE2 can't do is refused in a few words."""

from __future__ import annotations

import time

import pytest

from shoal.model.expression import expression


@pytest.mark.parametrize(("pattern", "line"), [
    ("^Started in [0-9.]+ s$", "Started in 1.5 s"), ("(?i)READY", "now ready"), (r"\bup\b", "it is up now"),
    ("bereit: ä", "bereit: ä"), ("^(listening|serves) on .*:80$", "serves on [::]:80"),
])  # fmt: skip
def test_a_line_matches(pattern: str, line: str) -> None:
    assert expression(pattern).search(line)
    assert not expression(pattern).search("nothing of it")


@pytest.mark.parametrize(("pattern", "what"), [
    ("(?=x)y", "invalid perl operator: (?="), (r"(a)\1", r"invalid escape sequence: \1"),
    ("Started (", "missing ): Started ("), ("((a{100}){100}){100}", "invalid repetition size: {100}"),
])  # fmt: skip
def test_what_takes_more_than_linear_time_or_is_none_is_refused(
    pattern: str, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError) as refused:
        expression(pattern)
    assert str(refused.value) == what
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a|aa)+$", "(.*)*x", "((a{1,30}){1,30}x)"])
def test_none_takes_long(pattern: str) -> None:
    begun = time.process_time()
    assert not expression(pattern).search("a" * 60_000 + "b")
    assert time.process_time() - begun < 5

"""Regular expressions that a file holds. RE2's: they take time by the length of a line and no more, whatever the
expression; Python's own may take years for one of 40 letters, and let nothing else run meanwhile."""

from __future__ import annotations

from typing import Protocol

SYNTAX = "RE2's syntax: that of most languages, without look-around and back-references"


class Expression(Protocol):
    def search(self, text: str) -> object | None: ...


def expression(pattern: str) -> Expression:
    """Raises `ValueError`, with what is wrong in a few words."""
    # Late: few files hold one.
    import re2

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        found: Expression = re2.compile(pattern, options)
    except re2.error as problem:
        said = problem.args[0]
        raise ValueError(said.decode(errors="replace") if isinstance(said, bytes) else str(said)) from None
    return found

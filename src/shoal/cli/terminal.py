"""What the terminal can show, and what its user wants shown."""

from __future__ import annotations

import os
import sys
from typing import Any, Literal

When = Literal["auto", "never", "always"]
colour: When = "auto"
"""`--color`, set once by whoever reads the command line."""


def is_live(stream: Any) -> bool:
    """Whether lines can be drawn over."""
    return bool(stream.isatty()) and os.environ.get("TERM", "") not in ("", "dumb")


def has_colours(stream: Any) -> bool:
    """As `--color` says; else on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    if colour != "auto":
        return colour == "always"
    return not os.environ.get("NO_COLOR") and is_live(stream)


def has_unicode(stream: Any) -> bool:
    return (getattr(stream, "encoding", "") or "").lower().replace("-", "") == "utf8"


def bear_any_text() -> None:
    """A name that the locale can't spell is shown with `?` in it, and is no error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

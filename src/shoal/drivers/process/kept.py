"""Reading the words that a state folder keeps: there, or not, or damaged."""

from __future__ import annotations

from pathlib import Path

from shoal.errors import StateDamaged, of_system


class NoText(StateDamaged):
    """Bytes that shoal never wrote."""


def text(path: Path) -> str:
    """Raises FileNotFoundError, NoText, StateDamaged."""
    try:
        return path.read_text()
    except FileNotFoundError:
        raise
    except OSError as problem:
        told = of_system(problem)
        raise StateDamaged(f"{path} can't be read: {problem.strerror}", hint=told.hint if told else "") from None
    except UnicodeDecodeError:
        hint = "put a copy back, or delete it: another is made, which what was set up with the old one doesn't know"
        raise NoText(f"{path} holds no text", hint=hint) from None
